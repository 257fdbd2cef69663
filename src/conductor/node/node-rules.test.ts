import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, hasCode } from '../../model/errors.ts';
import type { Node, NodePatch } from '../../model/node.ts';
import type { PortPatch } from '../../model/port.ts';
import { SCRIPTED } from '../testing/scripted-registry.ts';
import { REQUEST, World } from '../testing/world.ts';

const code = (wanted: ErrorCode) => (error: unknown) => hasCode(error, wanted);

test('a new node gets an implementation of every interface, and an event tells of it', async () => {
  const world = await World.open({ 'DEFAULT.default_resource_class': 'small' });
  await world.start();
  const node = await world.conductor.createNode(REQUEST, { driver: SCRIPTED, name: 'n1' });
  assert.deepEqual(
    [node.power_interface, node.vendor_interface, node.resource_class, node.provision_state],
    [SCRIPTED, SCRIPTED, 'small', 'enroll'],
  );
  assert.equal((await world.store.events.since(0, 10, { nodeUuid: node.uuid })).at(-1)?.kind, 'node.created');
  await assert.rejects(world.conductor.createNode(REQUEST, { driver: 'none' }), code('NO_VALID_HOST'));
  await assert.rejects(world.conductor.createNode(REQUEST, { driver: SCRIPTED, conductor_group: 'far' }), code('NO_VALID_HOST'));
  await assert.rejects(world.conductor.createNode(REQUEST, { driver: SCRIPTED, power_interface: 'steam' }), code('INTERFACE_NOT_FOUND'));
  await assert.rejects(world.conductor.createNode(REQUEST, { driver: SCRIPTED, name: 'n1' }), code('DUPLICATE'));
  await world.close();
});

const REFUSED: readonly [string, Partial<Node>, NodePatch, ErrorCode][] = [
  ['an interface of a node in use', { provision_state: 'active', power_interface: 'other' }, { power_interface: SCRIPTED }, 'CONFLICT'],
  ['an interface that is not enabled', {}, { power_interface: 'steam' }, 'INTERFACE_NOT_FOUND'],
  ['a driver that nobody has', {}, { driver: 'none' }, 'NO_VALID_HOST'],
  ['a group without a conductor', {}, { conductor_group: 'far' }, 'NO_VALID_HOST'],
  ['the driver while the console runs', { console_enabled: true }, { driver: 'none' }, 'CONFLICT'],
  [
    'another instance on an associated node',
    { instance_uuid: '6d6a4f6e-5f43-4f3b-9d0e-0d5d6f8b0a01' },
    { instance_uuid: '6d6a4f6e-5f43-4f3b-9d0e-0d5d6f8b0a02' },
    'NODE_ASSOCIATED',
  ],
  ['the resource class of a node in use', { provision_state: 'active', resource_class: 'a' }, { resource_class: 'b' }, 'CONFLICT'],
  ['protection of a node that is not in use', { provision_state: 'available' }, { protected: true }, 'CONFLICT'],
  ['retirement of an available node', { provision_state: 'available' }, { retired: true }, 'CONFLICT'],
  ['a reason without its flag', {}, { retired_reason: 'old' }, 'INVALID_PARAMETER'],
];

for (const [what, start, patch, wanted] of REFUSED) {
  test(`update refused: ${what}`, async () => {
    const world = await World.open();
    await world.start();
    const uuid = await world.enroll(start);
    await assert.rejects(world.conductor.updateNode(REQUEST, uuid, patch), code(wanted));
    assert.equal((await world.node(uuid)).reservation, null);
    await world.close();
  });
}

test('side effects of an update: flags take their reasons along; an interface that is not enabled can be put right', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.enroll({ maintenance: true, maintenance_reason: 'x', fault: 'power failure', power_interface: 'gone' });
  const node = await world.conductor.updateNode(REQUEST, uuid, {
    maintenance: false,
    power_interface: null,
    retired: true,
    retired_reason: 'old',
  });
  assert.deepEqual([node.maintenance_reason, node.fault, node.power_interface, node.retired_reason], [null, null, SCRIPTED, 'old']);
  assert.equal((await world.conductor.updateNode(REQUEST, uuid, { retired: false })).retired_reason, null);
  const kinds = (await world.store.events.since(0, 100, { nodeUuid: uuid })).map(({ kind }) => kind);
  assert.ok(kinds.includes('node.maintenance') && kinds.includes('node.updated'));
  await world.close();
});

test('deletion: associated, protected, in use, and in maintenance', async () => {
  const world = await World.open({ 'conductor.allow_deleting_available_nodes': 'false' });
  await world.start();
  const make = (patch: Partial<Node>) => world.enroll(patch);
  await assert.rejects(
    world.conductor.destroyNode(REQUEST, await make({ instance_uuid: '6d6a4f6e-5f43-4f3b-9d0e-0d5d6f8b0a01' })),
    code('NODE_ASSOCIATED'),
  );
  await assert.rejects(world.conductor.destroyNode(REQUEST, await make({ protected: true, maintenance: true })), code('NODE_PROTECTED'));
  await assert.rejects(
    world.conductor.destroyNode(REQUEST, await make({ provision_state: 'available' })),
    /Valid provision states to perform deletion are: adopt failed, enroll, manageable\./,
  );
  const broken = await make({ provision_state: 'deploying', maintenance: true });
  await world.conductor.destroyNode(REQUEST, broken);
  assert.equal(await world.store.nodes.getByUuid(broken), undefined);
  await world.close();
});

test('traits: fifty at most, absent ones are not found', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.enroll();
  await world.conductor.setTraits(REQUEST, uuid, { set: Array.from({ length: 50 }, (_, i) => `CUSTOM_${i}`) });
  await assert.rejects(world.conductor.setTraits(REQUEST, uuid, { add: 'CUSTOM_MORE' }), code('INVALID_PARAMETER'));
  await world.conductor.setTraits(REQUEST, uuid, { add: 'CUSTOM_1' });
  await world.conductor.setTraits(REQUEST, uuid, { remove: 'CUSTOM_1' });
  await assert.rejects(world.conductor.setTraits(REQUEST, uuid, { remove: 'CUSTOM_1' }), code('NOT_FOUND'));
  assert.equal((await world.node(uuid)).traits.length, 49);
  await world.close();
});

test('ports: what may change in use, and what may not', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.enroll({ provision_state: 'active' });
  const [port] = await world.store.ports.ofNode(uuid);
  assert.ok(port);
  const update = (patch: PortPatch) => world.conductor.updatePort(REQUEST, port.uuid, patch);
  await assert.rejects(update({ address: '52:54:00:ff:ff:ff' }), code('CONFLICT'));
  await assert.rejects(update({ pxe_enabled: false }), code('CONFLICT'));
  assert.deepEqual((await update({ extra: { a: 1 }, pxe_enabled: true })).extra, { a: 1 });
  await world.store.nodes.mutate(uuid, null, () => ({ maintenance: true }));
  assert.equal((await update({ address: '52:54:00:FF:FF:FF', pxe_enabled: false })).address, '52:54:00:ff:ff:ff');
  await world.store.nodes.mutate(uuid, null, () => ({ maintenance: false }));
  await world.store.ports.update(port.uuid, { internal_info: { tenant_vif_port_id: 'vif' } });
  await assert.rejects(world.conductor.destroyPort(REQUEST, port.uuid), code('CONFLICT'));
  await world.store.ports.update(port.uuid, { internal_info: {} });
  await world.conductor.destroyPort(REQUEST, port.uuid);
  assert.deepEqual(await world.store.ports.ofNode(uuid), []);
  await world.close();
});

test('validation tells each interface its own result, also of a held node', async () => {
  const world = await World.open();
  await world.start();
  const uuid = await world.enroll();
  await world.store.nodes.acquireLease(uuid, { holder: 'x', purpose: 'y', ttlMs: 60_000 });
  world.machine(uuid).faults.set('power.validate', 'fail');
  const results = await world.conductor.validate(REQUEST, uuid);
  assert.deepEqual(results.power, { result: false, reason: 'scripted failure of power.validate' });
  assert.deepEqual(results.deploy, { result: true });
  assert.equal(Object.keys(results).length, 12);
  await world.close();
});
