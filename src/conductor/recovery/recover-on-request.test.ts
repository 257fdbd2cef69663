import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../../model/errors.ts';
import { REQUEST, World } from '../testing/world.ts';

async function scene() {
  const world = await World.open({ 'wrought.recovery_interval': '100000' });
  await world.start();
  const uuid = await world.nodeIn('manageable');
  const recover = (confirm: boolean) => world.conductor.recover(REQUEST, uuid, confirm);
  return { world, uuid, recover };
}

test('work of a live conductor is explained and never broken', async () => {
  const { world, uuid, recover } = await scene();
  world.machine(uuid).faults.set('management.reset_clock', 'hang');
  await world.verb(uuid, 'clean', { cleanSteps: [{ interface: 'management', step: 'reset_clock' }] });
  const before = await world.node(uuid);
  const report = await recover(false);
  assert.deepEqual(
    [report.action, report.done, report.holder?.conductor, report.holder?.working, report.step?.name],
    ['refuse', false, 'c1', true, 'management.reset_clock'],
  );
  assert.ok(report.holder?.purpose && report.holder.since && report.step?.started_at && report.step.deadline);
  await assert.rejects(recover(true), (error) => hasCode(error, 'CONFLICT') && /conductor c1 is alive and works on it/.test(error.message));
  assert.deepEqual(await world.node(uuid), before);
  await world.close();
});

test('the hold of a lost conductor, long before its lease ends: the dry run changes nothing, the confirmed one fences and fails with the reason', async () => {
  const { world, uuid, recover } = await scene();
  const held = await world.store.nodes.acquireLease(uuid, { holder: 'dead-host', purpose: 'node rescue', ttlMs: 3_600_000 });
  assert.ok('lease' in held);
  await world.store.nodes.mutate(uuid, null, () => ({ provision_state: 'rescuing', target_provision_state: 'rescue' }));
  const before = await world.node(uuid);
  const report = await recover(false);
  assert.deepEqual([report.action, report.holder?.alive, report.holder?.lease_ended], ['break', false, false]);
  assert.match(report.explanation, /conductor dead-host is gone/);
  assert.deepEqual(await world.node(uuid), before);
  assert.equal((await recover(true)).done, true);
  await world.advance(1);
  const node = await world.node(uuid);
  assert.deepEqual([node.provision_state, node.reservation], ['rescue failed', null]);
  assert.match(node.last_error ?? '', /conductor dead-host was lost while the node was rescuing/);
  await assert.rejects(
    world.store.nodes.mutate(uuid, held.lease, () => ({ last_error: 'from the grave' })),
    (error) => hasCode(error, 'LEASE_LOST'),
  );
  await world.close();
});

test('a live member that may be at work keeps its hold until the lease ends; a node at rest or waiting has nothing to break', async () => {
  const { world, uuid, recover } = await scene();
  assert.equal((await recover(true)).action, 'none');
  await world.store.conductors.register({ hostname: 'c2', conductor_group: '', drivers: [], rpc_url: null });
  await world.store.nodes.acquireLease(uuid, { holder: 'c2', purpose: 'power', ttlMs: 5000 });
  await assert.rejects(recover(true), (error) => hasCode(error, 'CONFLICT'));
  await world.advance(6);
  assert.equal((await recover(true)).done, true);
  assert.equal((await world.node(uuid)).reservation, null);
  await world.store.nodes.mutate(uuid, null, () => ({ provision_state: 'clean wait' }));
  const waiting = await recover(true);
  assert.deepEqual([waiting.action, waiting.done], ['none', false]);
  assert.match(waiting.explanation, /clean wait waits for its agent; it ends by itself at .*clean_callback_timeout/);
  await world.close();
});
