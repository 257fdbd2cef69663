import assert from 'node:assert/strict';
import { hasCode } from '../../model/errors.ts';
import { type Bench, storeTest } from './bench.ts';

const ABSENT = '00000000-0000-4000-8000-000000000000';

export function volumeTests(bench: Bench): void {
  storeTest(bench, 'volume connectors and targets are created, found, changed, listed and deleted', async ({ store, clock }) => {
    const { volumeConnectors, volumeTargets } = store;
    const node = await store.nodes.create({ driver: 'd' });
    const other = await store.nodes.create({ driver: 'd' });
    const base = { created_at: clock.now(), updated_at: null, node_uuid: node.uuid, extra: {} };
    const connector = await volumeConnectors.create({ node_uuid: node.uuid, type: 'iqn', connector_id: 'a' });
    assert.deepEqual(connector, { ...base, id: connector.id, uuid: connector.uuid, type: 'iqn', connector_id: 'a' });
    const target = await volumeTargets.create({ node_uuid: node.uuid, volume_type: 'iscsi', boot_index: 0, volume_id: 'v' });
    assert.deepEqual(target, {
      ...base,
      id: target.id,
      uuid: target.uuid,
      volume_type: 'iscsi',
      boot_index: 0,
      volume_id: 'v',
      properties: {},
    });
    assert.deepEqual(await volumeConnectors.getByUuid(connector.uuid), connector);
    assert.deepEqual(await volumeTargets.list({ nodeUuid: node.uuid }, { limit: 9 }), [target]);
    assert.deepEqual(await volumeTargets.list({ nodeUuid: other.uuid }, { limit: 9 }), []);
    const second = await volumeTargets.create({ node_uuid: node.uuid, volume_type: 'iscsi', boot_index: 1, volume_id: 'w' });
    for (const attempt of [
      () => volumeConnectors.create({ node_uuid: other.uuid, type: 'iqn', connector_id: 'a' }),
      () => volumeTargets.create({ node_uuid: node.uuid, volume_type: 'x', boot_index: 0, volume_id: 'x' }),
      () => volumeTargets.update(second.uuid, { boot_index: 0 }),
      () => volumeTargets.create({ node_uuid: node.uuid, volume_type: 'x', boot_index: 5, volume_id: 'x', uuid: target.uuid }),
    ])
      await assert.rejects(attempt, (error) => hasCode(error, 'DUPLICATE'));
    await volumeTargets.create({ node_uuid: other.uuid, volume_type: 'x', boot_index: 0, volume_id: 'x' });
    await assert.rejects(volumeTargets.create({ node_uuid: ABSENT, volume_type: 'x', boot_index: 0, volume_id: 'x' }), (error) =>
      hasCode(error, 'NOT_FOUND'),
    );
    assert.deepEqual((await volumeTargets.update(second.uuid, { properties: { a: 1 } })).properties, { a: 1 });
    await volumeConnectors.delete(connector.uuid);
    await assert.rejects(volumeConnectors.delete(connector.uuid), (error) => hasCode(error, 'NOT_FOUND'));
    await volumeTargets.deleteOfNode(node.uuid);
    await store.nodes.delete(other.uuid, null);
    assert.deepEqual(await volumeTargets.list({}, { limit: 9 }), []);
  });
}
