import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { VirtualClock } from '../../../model/clock.ts';
import { patientClock } from '../testing/scripted-bmc.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import { parseRetryAfter } from './parse-retry-after.ts';
import { createSerialQueue } from './serial-queue.ts';

describe('serial queue', () => {
  it('runs one at a time, in order, whatever is aborted on the way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), async (aborted) => {
        const queue = createSerialQueue(patientClock(), 0);
        const ran: number[] = [];
        let running = 0;
        const all = aborted.map((abort, index) => {
          const stop = new AbortController();
          const done = queue.run(async () => {
            assert.equal(++running, 1);
            await new Promise((resolve) => setImmediate(resolve));
            running--;
            ran.push(index);
          }, stop.signal);
          // The first one runs at once: only those that wait can be taken out.
          if (abort && index > 0) stop.abort(new Error('gone'));
          return done;
        });
        const outcomes = await Promise.allSettled(all);
        const wanted = aborted.flatMap((abort, index) => (abort && index > 0 ? [] : [index]));
        assert.deepEqual(ran, wanted);
        assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, aborted.length - wanted.length);
        assert.equal(queue.length, 0);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps the gap between the end of one and the start of the next, also after a failure', async () => {
    const clock = new VirtualClock();
    const queue = createSerialQueue(clock, 500);
    const starts: number[] = [];
    const begin = clock.now();
    const failing = queue.run(async () => {
      starts.push(clock.now() - begin);
      await clock.sleep(100);
      throw new Error('no');
    });
    const caught = assert.rejects(failing, /no/);
    const second = queue.run(async () => void starts.push(clock.now() - begin));
    await clock.advance(1000);
    await caught;
    await second;
    assert.deepEqual(starts, [0, 600]);
  });
});

describe('circuit breaker', () => {
  it('opens after failures in a row, says why, and lets one try after its time', async () => {
    const clock = new VirtualClock();
    const breaker = createCircuitBreaker(clock, { failures: 2, openMs: 30_000 });
    breaker.failed('refuses connections');
    assert.equal(breaker.refusal(), null);
    breaker.answered();
    breaker.failed('refuses connections');
    assert.equal(breaker.refusal(), null);
    breaker.failed('refuses connections');
    assert.match(breaker.refusal() ?? '', /failed 2 times in a row, last because it refuses connections; next try in 30 s/);
    await clock.advance(30_000);
    assert.equal(breaker.refusal(), null);
    breaker.failed('refuses connections');
    assert.notEqual(breaker.refusal(), null, 'a failed probe opens it again');
    await clock.advance(30_000);
    breaker.answered();
    assert.equal(breaker.refusal(), null);
  });
});

describe('Retry-After', () => {
  it('reads seconds and dates, and nothing else', () => {
    const now = Date.UTC(2026, 0, 1);
    assert.equal(parseRetryAfter('7', now), 7000);
    assert.equal(parseRetryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now), 30_000);
    assert.equal(parseRetryAfter('Wed, 31 Dec 2025 00:00:30 GMT', now), 0);
    for (const text of [undefined, '', '-1', 'soon', '1e9', '99999999999']) assert.equal(parseRetryAfter(text, now), null);
    fc.assert(fc.property(fc.string(), (text) => (parseRetryAfter(text, now) ?? 0) >= 0));
  });
});
