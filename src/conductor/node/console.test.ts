import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, hasCode } from '../../model/errors.ts';
import { REQUEST, World } from '../testing/world.ts';

const refused = (code: ErrorCode) => (error: unknown) => hasCode(error, code);

test('a console is switched on and off once; what fails is said and changes nothing; a held node is left alone', async () => {
  const world = await World.open({ 'conductor.node_locked_retry_attempts': '1' });
  try {
    await world.start();
    const { conductor, store } = world;
    const uuid = await world.nodeIn('manageable');
    const machine = world.machine(uuid);
    const set = async (on: boolean): Promise<void> => {
      await conductor.setConsole(REQUEST, uuid, on);
      await world.settle();
    };
    const count = (name: string): number => machine.calls.filter((call) => call === name).length;
    assert.equal(await conductor.getConsole(REQUEST, uuid), null);
    machine.faults.set('console.start', 'fail');
    await set(true);
    const failed = await world.node(uuid);
    assert.deepEqual([failed.console_enabled, failed.reservation], [false, null]);
    assert.match(failed.last_error ?? '', /^Failed to start console: scripted failure/);
    await set(true);
    await set(true);
    const node = await world.node(uuid);
    assert.deepEqual([node.console_enabled, node.last_error, count('console.start')], [true, null, 2]);
    assert.deepEqual(await conductor.getConsole(REQUEST, uuid), { type: 'none', url: '' });
    await set(false);
    assert.deepEqual([(await world.node(uuid)).console_enabled, count('console.stop')], [false, 1]);
    machine.faults.set('console.validate', 'fail');
    await assert.rejects(set(true));
    const held = await store.nodes.acquireLease(uuid, { holder: 'c2', purpose: 'work', ttlMs: 60_000 });
    assert.ok('lease' in held);
    await assert.rejects(set(true), refused('NODE_LOCKED'));
    assert.equal(await conductor.getConsole(REQUEST, uuid), null);
  } finally {
    await world.close();
  }
});
