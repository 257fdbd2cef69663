import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '../../model/errors.ts';
import { hasCode } from '../../model/errors.ts';
import { REQUEST, World } from '../testing/world.ts';

const refused = (code: ErrorCode) => (error: unknown) => hasCode(error, code);

test('ports and their group must fit each other', async () => {
  const world = await World.open();
  try {
    await world.start();
    const { conductor, store } = world;
    const node = await world.nodeIn('manageable');
    const other = await world.enroll();
    const group = await store.portgroups.create({ node_uuid: node, mode: 'm' });
    const foreign = await store.portgroups.create({ node_uuid: other, mode: 'm' });
    const add = (last: number, more: object) =>
      conductor.createPort(REQUEST, { node_uuid: node, address: `52:54:00:00:01:0${last}`, portgroup_uuid: group.uuid, ...more });
    const first = await add(1, { physical_network: 'a' });
    await assert.rejects(add(2, { physical_network: 'b' }), refused('CONFLICT'));
    await assert.rejects(add(2, {}), refused('CONFLICT'));
    await assert.rejects(add(2, { portgroup_uuid: foreign.uuid }), refused('INVALID_PARAMETER'));
    const second = await add(2, { physical_network: 'a', pxe_enabled: false });
    await assert.rejects(conductor.updatePort(REQUEST, second.uuid, { physical_network: 'b' }), refused('CONFLICT'));
    await assert.rejects(conductor.updatePort(REQUEST, second.uuid, { portgroup_uuid: foreign.uuid }), refused('INVALID_PARAMETER'));

    const update = (patch: object) => conductor.updatePortgroup(REQUEST, group.uuid, patch);
    await update({ physical_network: 'c' });
    assert.deepEqual(
      (await store.ports.list({ portgroupUuid: group.uuid }, { limit: 9 })).map((port) => port.physical_network),
      ['c', 'c'],
    );
    await assert.rejects(update({ standalone_ports_supported: false }), refused('CONFLICT'));
    await conductor.updatePort(REQUEST, first.uuid, { pxe_enabled: false });
    await update({ standalone_ports_supported: false });
    await assert.rejects(conductor.updatePort(REQUEST, first.uuid, { pxe_enabled: true }), refused('CONFLICT'));
    await assert.rejects(update({ node_uuid: other }), refused('INVALID_PARAMETER'));
    await assert.rejects(conductor.destroyPortgroup(REQUEST, group.uuid), refused('INVALID_PARAMETER'));
    for (const port of [first, second]) await conductor.updatePort(REQUEST, port.uuid, { portgroup_uuid: null });
    assert.equal((await update({ node_uuid: other })).node_uuid, other);
    await conductor.destroyPortgroup(REQUEST, group.uuid);
    assert.equal(await store.portgroups.getByUuid(group.uuid), undefined);
  } finally {
    await world.close();
  }
});

test('a group of a node in use stays with it, and a held node keeps its groups as they are', async () => {
  const world = await World.open({ 'conductor.node_locked_retry_attempts': '1' });
  try {
    await world.start();
    const { conductor, store } = world;
    const node = await world.nodeIn('available');
    const other = await world.enroll();
    const group = await store.portgroups.create({ node_uuid: node, mode: 'm' });
    await assert.rejects(conductor.updatePortgroup(REQUEST, group.uuid, { node_uuid: other }), refused('CONFLICT'));
    const answer = await store.nodes.acquireLease(node, { holder: 'c2', purpose: 'work', ttlMs: 60_000 });
    assert.ok('lease' in answer);
    await assert.rejects(conductor.updatePortgroup(REQUEST, group.uuid, { mode: 'x' }), refused('NODE_LOCKED'));
    await assert.rejects(conductor.destroyPortgroup(REQUEST, group.uuid), refused('NODE_LOCKED'));
    assert.equal((await store.portgroups.getByUuid(group.uuid))?.mode, 'm');
  } finally {
    await world.close();
  }
});
