import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, hasCode } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import { REQUEST, World } from '../testing/world.ts';

const refused = (code: ErrorCode) => (error: unknown) => hasCode(error, code);

test('volumes change only while their node is off, go where it may be deleted, and end with the instance', async () => {
  const world = await World.open({ 'conductor.node_locked_retry_attempts': '1' });
  try {
    await world.start();
    const { conductor, store } = world;
    const node = await world.nodeIn('active');
    const connector = await store.volumeConnectors.create({ node_uuid: node, type: 'iqn', connector_id: 'a' });
    const target = await store.volumeTargets.create({ node_uuid: node, volume_type: 'iscsi', boot_index: 0, volume_id: 'v' });
    const set = (patch: Partial<Node>): Promise<Node> => store.nodes.mutate(node, null, () => patch);
    for (const attempt of [
      () => conductor.updateVolumeConnector(REQUEST, connector.uuid, { connector_id: 'b' }),
      () => conductor.updateVolumeTarget(REQUEST, target.uuid, { boot_index: 1 }),
      () => conductor.destroyVolume(REQUEST, 'connector', connector.uuid),
      () => conductor.destroyVolume(REQUEST, 'target', target.uuid),
    ])
      await assert.rejects(attempt, refused('INVALID_PARAMETER'));
    await set({ power_state: 'power off' });
    assert.equal((await conductor.updateVolumeConnector(REQUEST, connector.uuid, { connector_id: 'b' })).connector_id, 'b');
    assert.equal((await conductor.updateVolumeTarget(REQUEST, target.uuid, { boot_index: 1 })).boot_index, 1);
    await set({ power_state: 'power on', provision_state: 'manageable' });
    const held = await store.nodes.acquireLease(node, { holder: 'c2', purpose: 'work', ttlMs: 60_000 });
    assert.ok('lease' in held);
    await assert.rejects(conductor.destroyVolume(REQUEST, 'connector', connector.uuid), refused('NODE_LOCKED'));
    await store.nodes.releaseLease(held.lease);
    await conductor.destroyVolume(REQUEST, 'connector', connector.uuid);
    await assert.rejects(conductor.destroyVolume(REQUEST, 'connector', connector.uuid), refused('NOT_FOUND'));
    await set({ provision_state: 'active' });
    await world.verb(node, 'deleted');
    assert.equal(await store.volumeTargets.getByUuid(target.uuid), undefined);
  } finally {
    await world.close();
  }
});
