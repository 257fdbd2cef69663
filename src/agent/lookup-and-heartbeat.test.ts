import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { silentLogger } from '../config/logger.ts';
import { VirtualClock } from '../model/clock.ts';
import { ApiRefusal } from './conductor-api.ts';
import { startHeartbeatLoop } from './heartbeat-loop.ts';
import { parseLookupAnswer } from './lookup-answer.ts';
import { lookupNode } from './lookup-node.ts';

const ANSWER = parseLookupAnswer({ node: { uuid: 'u' }, config: { heartbeat_timeout: 300, agent_token: 'x'.repeat(43) } });

/** Runs a lookup whose tries end as told; answers when each try was made, in seconds. */
async function tries(outcomes: readonly number[], timeout: number): Promise<{ at: number[]; result: string }> {
  const clock = new VirtualClock(0);
  const at: number[] = [];
  const left = [...outcomes];
  const looking = lookupNode({
    api: {
      async lookup() {
        at.push(clock.now() / 1000);
        const status = left.shift();
        if (status === undefined) return ANSWER;
        throw new ApiRefusal(status, `refused with ${status}`);
      },
    },
    macs: ['aa:aa:aa:aa:aa:aa'],
    timeout,
    interval: 1,
    clock,
    random: () => 0.5,
    log: silentLogger,
    signal: new AbortController().signal,
  }).then(
    (found) => found.node.uuid,
    (error: Error) => error.message,
  );
  await clock.advance(timeout * 1000);
  return { at, result: await looking };
}

describe('lookup', () => {
  test('waits longer and longer, up to a minute', async () => {
    const { at, result } = await tries(Array(9).fill(404), 600);
    assert.equal(result, 'u');
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    assert.deepEqual(gaps, [1, 1.5, 2.5, 4.5, 8.5, 16.5, 30.5, 30.5, 30.5]);
  });

  test('a held node costs 5, 10, then 30 seconds more', async () => {
    const { at } = await tries([409, 409, 409, 409], 600);
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    assert.deepEqual(gaps, [6, 11.5, 32.5, 34.5]);
  });

  test('gives up with the last problem', async () => {
    const { result } = await tries(Array(100).fill(404), 30);
    assert.match(result, /lookup of aa:aa:aa:aa:aa:aa gave up after 30 s and \d+ tries: refused with 404/);
  });
});

describe('heartbeats', () => {
  function loop(outcome: () => Promise<void>, random = 0) {
    const clock = new VirtualClock(0);
    const at: number[] = [];
    const stop = new AbortController();
    const running = startHeartbeatLoop({
      async send() {
        at.push(clock.now() / 1000);
        await outcome();
      },
      timeout: 100,
      clock,
      random: () => random,
      log: silentLogger,
      signal: stop.signal,
    });
    return { clock, at, stop, running };
  }

  test('the first at once, then within 0.3 to 0.6 of the time-out', async () => {
    const early = loop(async () => {}, 0);
    await early.clock.advance(100_000);
    assert.deepEqual(early.at, [0, 30, 60, 90]);
    const late = loop(async () => {}, 1);
    await late.clock.advance(130_000);
    assert.deepEqual(late.at, [0, 60, 120]);
    for (const each of [early, late]) {
      each.stop.abort();
      await each.running.ended;
      assert.equal(each.clock.pending, 0);
    }
  });

  test('after a failure again in 5 to 10 seconds, without end', async () => {
    const { at, clock, stop } = loop(async () => {
      throw new Error('409');
    }, 1);
    await clock.advance(45_000);
    assert.deepEqual(at, [0, 10, 20, 30, 40]);
    stop.abort();
  });

  test('a forced one goes out within a second, but not sooner than a second after the last', async () => {
    const { at, clock, running, stop } = loop(async () => {});
    await clock.advance(10_000);
    running.force();
    await clock.advance(0);
    assert.deepEqual(at, [0, 10]);
    running.force();
    await clock.advance(500);
    assert.deepEqual(at, [0, 10]);
    await clock.advance(500);
    assert.deepEqual(at, [0, 10, 11]);
    await clock.advance(29_000);
    assert.equal(at.length, 3);
    await clock.advance(1_000);
    assert.deepEqual(at, [0, 10, 11, 41]);
    stop.abort();
  });
});
