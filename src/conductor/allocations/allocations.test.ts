import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Allocation, NewAllocation } from '../../model/allocation.ts';
import { type ErrorCode, hasCode } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import { REQUEST, World } from '../testing/world.ts';

const refused = (code: ErrorCode) => (error: unknown) => hasCode(error, code);

async function withWorld(options: Record<string, string>, play: (world: World) => Promise<void>): Promise<void> {
  const world = await World.open(options);
  try {
    await world.start();
    await play(world);
  } finally {
    await world.close();
  }
}

const free = (world: World, patch: Partial<Node> = {}): Promise<string> =>
  world.enroll({ provision_state: 'available', power_state: 'power off', resource_class: 'gold', ...patch });

/** Asks for a node and lets the search come to its end. */
async function allocate(world: World, wish: NewAllocation): Promise<Allocation> {
  const { uuid, state } = await world.conductor.createAllocation(REQUEST, { resource_class: 'gold', ...wish });
  assert.equal(state, 'allocating');
  await world.settle();
  for (let i = 0; i < 5; i++) await world.advance(1);
  const ended = await world.store.allocations.getByUuid(uuid);
  assert.ok(ended);
  return ended;
}

test('a node that fits in everything is taken, with instance, traits and allocation in one', () =>
  withWorld({}, async (world) => {
    const wish = { traits: ['CUSTOM_A'], owner: 'p1' };
    for (const patch of [
      { provision_state: 'manageable' },
      { resource_class: 'silver' },
      { maintenance: true },
      { power_state: null },
      { instance_uuid: '11111111-2222-4333-8444-555555555555' },
      { owner: 'p2' },
      { traits: ['CUSTOM_B'] },
    ] as Partial<Node>[])
      await free(world, { traits: ['CUSTOM_A'], owner: 'p1', ...patch });
    const none = await allocate(world, wish);
    assert.equal(none.state, 'error');
    assert.equal(none.last_error, `Failed to process allocation ${none.uuid}: no suitable nodes have the requested traits CUSTOM_A.`);
    const right = await free(world, { traits: ['CUSTOM_A', 'CUSTOM_B'], lessee: 'p1', instance_info: { a: 1 } });
    const done = await allocate(world, wish);
    assert.deepEqual([done.state, done.node_uuid, done.last_error], ['active', right, null]);
    const node = await world.node(right);
    assert.deepEqual(
      [node.instance_uuid, node.allocation_uuid, node.instance_info, node.reservation],
      [done.uuid, done.uuid, { a: 1, traits: ['CUSTOM_A'] }, null],
    );
  }));

test('the reasons why there is no node; the node of the same name comes first; candidates are kept to', () =>
  withWorld({ 'conductor.node_locked_retry_attempts': '2' }, async (world) => {
    assert.match((await allocate(world, {})).last_error ?? '', /no available nodes match the resource class gold\.$/);
    const nodes = [await free(world), await free(world, { name: 'mine' }), await free(world)];
    assert.equal((await allocate(world, { name: 'mine' })).node_uuid, nodes[1]);
    const chosen = await allocate(world, { candidate_nodes: [nodes[2] ?? ''] });
    assert.equal(chosen.node_uuid, nodes[2]);
    assert.match(
      (await allocate(world, { candidate_nodes: [nodes[2] ?? ''] })).last_error ?? '',
      /none of the requested nodes are available and match the resource class gold\.$/,
    );
    const answer = await world.store.nodes.acquireLease(nodes[0] ?? '', { holder: 'c2', purpose: 'work', ttlMs: 600_000 });
    assert.ok('lease' in answer);
    assert.match((await allocate(world, {})).last_error ?? '', /could not reserve any of 1 suitable nodes\.$/);
  }));

test('a node that is only held for a moment is waited for', () =>
  withWorld({}, async (world) => {
    const uuid = await free(world);
    const answer = await world.store.nodes.acquireLease(uuid, { holder: 'c2', purpose: 'work', ttlMs: 600_000 });
    assert.ok('lease' in answer);
    const { uuid: allocation } = await world.conductor.createAllocation(REQUEST, { resource_class: 'gold' });
    await world.settle();
    assert.equal((await world.store.allocations.getByUuid(allocation))?.state, 'allocating');
    await world.store.nodes.releaseLease(answer.lease);
    for (let i = 0; i < 3; i++) await world.advance(1);
    assert.equal((await world.store.allocations.getByUuid(allocation))?.node_uuid, uuid);
  }));

test('deleting: refused while the node is in use, and the node is free of the instance afterwards', () =>
  withWorld({}, async (world) => {
    const uuid = await free(world);
    const done = await allocate(world, {});
    const state = (patch: Partial<Node>): Promise<Node> => world.store.nodes.mutate(uuid, null, () => patch);
    const destroy = (): Promise<void> => world.conductor.destroyAllocation(REQUEST, done.uuid);
    await state({ provision_state: 'active' });
    await assert.rejects(destroy(), refused('CONFLICT'));
    await state({ provision_state: 'deploying', target_provision_state: 'active' });
    await assert.rejects(destroy(), refused('CONFLICT'));
    assert.equal((await world.node(uuid)).allocation_uuid, done.uuid);
    await state({ provision_state: 'active', target_provision_state: null, maintenance: true });
    await destroy();
    const node = await world.node(uuid);
    assert.deepEqual([node.instance_uuid, node.allocation_uuid], [null, null]);
    await assert.rejects(destroy(), refused('NOT_FOUND'));
  }));

test('tear down, and taking the instance off the node, end the allocation', () =>
  withWorld({}, async (world) => {
    const uuid = await world.nodeIn('available');
    await world.store.nodes.mutate(uuid, null, () => ({ resource_class: 'gold', power_state: 'power off' }));
    const first = await allocate(world, {});
    assert.equal(first.node_uuid, uuid);
    await world.conductor.updateNode(REQUEST, uuid, { instance_uuid: null });
    assert.equal(await world.store.allocations.getByUuid(first.uuid), undefined);
    assert.equal((await world.node(uuid)).allocation_uuid, null);
    const second = await allocate(world, {});
    await world.verb(uuid, 'active');
    await world.playAgent(uuid, 'active');
    await world.verb(uuid, 'deleted');
    assert.equal(await world.store.allocations.getByUuid(second.uuid), undefined);
    assert.equal((await world.node(uuid)).instance_uuid, null);
  }));

test('backfill: for the instance that is there; what does not fit is a conflict that names all reasons', () =>
  withWorld({}, async (world) => {
    const instance = '11111111-2222-4333-8444-555555555555';
    const used = await free(world, { provision_state: 'active', instance_uuid: instance, traits: ['CUSTOM_A'] });
    const other = await free(world);
    const fill = (wish: NewAllocation, node = used): Promise<Allocation> => world.conductor.createAllocation(REQUEST, wish, node);
    await assert.rejects(fill({}, other), refused('CONFLICT'));
    await assert.rejects(
      fill({ resource_class: 'silver', traits: ['CUSTOM_B'], candidate_nodes: [other] }),
      (error: Error) => hasCode(error, 'CONFLICT') && /gold and not silver; it lacks .* CUSTOM_B; .* candidate/.test(error.message),
    );
    await assert.rejects(fill({ uuid: '21111111-2222-4333-8444-555555555555' }), refused('NODE_ASSOCIATED'));
    const made = await fill({ name: 'a', traits: ['CUSTOM_A'] });
    assert.deepEqual([made.uuid, made.state, made.node_uuid, made.resource_class, made.name], [instance, 'active', used, 'gold', 'a']);
    assert.equal((await world.node(used)).allocation_uuid, instance);
    await assert.rejects(fill({}), refused('NODE_ASSOCIATED'));
    const bare = await free(world, { provision_state: 'active' });
    const fresh = await fill({}, bare);
    assert.deepEqual([(await world.node(bare)).instance_uuid, (await world.node(bare)).allocation_uuid], [fresh.uuid, fresh.uuid]);
    assert.equal((await world.store.allocations.list({}, { limit: 9 })).length, 2);
  }));

test('an allocation whose conductor died is carried on by another, and by itself after a restart', async () => {
  for (const successor of ['c2', 'c1']) {
    await withWorld({}, async (world) => {
      const uuid = await free(world);
      const made = await world.store.allocations.create({ state: 'allocating', resource_class: 'gold', conductor_affinity: 'c1' });
      world.crash();
      await world.start(successor);
      for (let i = 0; i < 5; i++) await world.advance(60);
      const ended = await world.store.allocations.getByUuid(made.uuid);
      assert.deepEqual([ended?.state, ended?.node_uuid, ended?.conductor_affinity], ['active', uuid, successor]);
    });
  }
});

test('an allocation deleted while a node is looked for leaves the node free', () =>
  withWorld({}, async (world) => {
    const uuid = await free(world);
    const { uuid: allocation } = await world.conductor.createAllocation(REQUEST, { resource_class: 'gold' });
    const destroyed = world.conductor.destroyAllocation(REQUEST, allocation);
    await world.settle();
    await destroyed;
    for (let i = 0; i < 3; i++) await world.advance(1);
    const node = await world.node(uuid);
    assert.deepEqual([node.instance_uuid, node.allocation_uuid, node.reservation], [null, null, null]);
  }));

test('property: many allocations at once, through two conductors, never share a node and leave none unused that is wanted', async () => {
  const scene = fc.record({
    classes: fc.array(fc.constantFrom('gold', 'silver'), { minLength: 1, maxLength: 6 }),
    wishes: fc.array(fc.record({ kind: fc.constantFrom('gold', 'silver'), host: fc.nat(1), cancelled: fc.boolean() }), {
      minLength: 1,
      maxLength: 12,
    }),
  });
  await fc.assert(
    fc.asyncProperty(scene, async ({ classes, wishes }) =>
      withWorld({}, async (world) => {
        const conductors = [world.conductor];
        await world.start('c2');
        conductors.push(world.conductor);
        for (const resource_class of classes) await free(world, { resource_class });
        const asked = await Promise.all(
          wishes.map(
            ({ kind, host }) => conductors[host]?.createAllocation(REQUEST, { resource_class: kind }) ?? Promise.reject(new Error()),
          ),
        );
        const cancelled = asked.filter((_, index) => wishes[index]?.cancelled === true);
        const deleting = Promise.all(cancelled.map(({ uuid }) => world.conductor.destroyAllocation(REQUEST, uuid).catch(lockedIsFine)));
        for (let i = 0; i < 8; i++) await world.advance(1);
        await deleting;
        const allocations = await world.store.allocations.list({}, { limit: 100 });
        const taken = allocations.filter((each) => each.node_uuid !== null);
        assert.equal(new Set(taken.map((each) => each.node_uuid)).size, taken.length);
        for (const each of allocations) assert.equal(each.state, each.node_uuid === null ? 'error' : 'active');
        for (const node of await world.store.nodes.scan({})) {
          const owner = taken.find((each) => each.node_uuid === node.uuid);
          assert.deepEqual([node.instance_uuid, node.allocation_uuid, node.reservation], [owner?.uuid ?? null, owner?.uuid ?? null, null]);
          if (owner) assert.equal(node.resource_class, owner.resource_class);
        }
        if (cancelled.length > 0) return;
        for (const kind of ['gold', 'silver']) {
          const most = Math.min(classes.filter((each) => each === kind).length, wishes.filter((each) => each.kind === kind).length);
          assert.equal(taken.filter((each) => each.resource_class === kind).length, most, kind);
        }
      }),
    ),
    { numRuns: 25 },
  );
});

/** A node may be in the middle of being given away: the client is told to come again. */
function lockedIsFine(error: unknown): void {
  if (!hasCode(error, 'NODE_LOCKED')) throw error;
}
