/** Patches of one attribute at the same time, against the real conductor: what was answered with 200 is there afterwards. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { World } from '../conductor/testing/world.ts';
import { configFrom } from '../config/config-from.ts';
import { silentLogger } from '../config/logger.ts';
import { WroughtError } from '../model/errors.ts';
import { createApiServer } from './create-api-server.ts';
import { retryStale } from './fields/retry-stale.ts';

const WRITERS = 12;

async function scene(t: TestContext): Promise<{ world: World; app: FastifyInstance; uuid: string }> {
  const world = await World.open({ 'conductor.node_locked_retry_interval': '1' });
  await world.start();
  const config = configFrom({ 'DEFAULT.auth_strategy': 'noauth' });
  const store = {
    ...world.store,
    nodes: { ...world.store.nodes, getByUuid: meeting(WRITERS, world.store.nodes.getByUuid) },
    ports: { ...world.store.ports, getByUuid: meeting(WRITERS, world.store.ports.getByUuid) },
    portgroups: { ...world.store.portgroups, getByUuid: meeting(WRITERS, world.store.portgroups.getByUuid) },
  };
  const app = createApiServer({ store, conductor: world.conductor, config, clock: world.clock, log: silentLogger });
  t.after(async () => {
    await app.close();
    await world.close();
  });
  return { world, app, uuid: await world.nodeIn('manageable') };
}

/** A read whose first `count` callers get their answers together, when the last of them has read: none has seen another's write. */
function meeting<T>(count: number, read: (uuid: string) => Promise<T>): (uuid: string) => Promise<T> {
  let waiting = count;
  let open: () => void = () => undefined;
  const met = new Promise<void>((resolve) => {
    open = resolve;
  });
  return async (uuid) => {
    const value = await read(uuid);
    waiting--;
    if (waiting === 0) open();
    await met;
    return value;
  };
}

/** Sends all at once and lets the clock run until each has its answer. Answers their status codes. */
async function patchTogether(world: World, app: FastifyInstance, requests: { url: string; payload: object[] }[]): Promise<number[]> {
  let open = requests.length;
  const answers = requests.map(async ({ url, payload }) => {
    const response = await app.inject({
      method: 'PATCH',
      url,
      headers: { 'x-openstack-ironic-api-version': '1.115', 'content-type': 'application/json' },
      payload: JSON.stringify(payload),
    });
    open--;
    return response.statusCode;
  });
  for (let rounds = 0; open > 0 && rounds < 2000; rounds++) {
    await new Promise(setImmediate);
    if (rounds % 10 === 9) await world.advance(1);
  }
  return Promise.all(answers);
}

/** As clients do: what met a lock is sent again. */
async function untilTaken(world: World, app: FastifyInstance, requests: { url: string; payload: object[] }[]): Promise<number> {
  let left = requests;
  let rounds = 0;
  for (; left.length > 0; rounds++) {
    assert.ok(rounds < 50, 'each round takes some patches');
    const codes = await patchTogether(world, app, left);
    for (const code of codes) assert.ok(code === 200 || code === 409, `status ${code}`);
    left = left.filter((_, index) => codes[index] === 409);
  }
  return rounds;
}

const keys = Array.from({ length: WRITERS }, (_, index) => `key${index}`);
const all = Object.fromEntries(keys.map((key) => [key, key]));
const adds = (url: string) => keys.map((key) => ({ url, payload: [{ op: 'add', path: `/extra/${key}`, value: key }] }));

test('patches of different keys of a node at the same time: none is lost', async (t) => {
  const { world, app, uuid } = await scene(t);
  await untilTaken(world, app, adds(`/v1/nodes/${uuid}`));
  assert.deepEqual((await world.node(uuid)).extra, all);
});

test('patches of different keys of a port and of a portgroup at the same time: none is lost', async (t) => {
  const { world, app, uuid } = await scene(t);
  const [port] = await world.store.ports.ofNode(uuid);
  const group = await world.store.portgroups.create({ node_uuid: (await world.node(uuid)).uuid, mode: 'active-backup' });
  assert.ok(port);
  await untilTaken(world, app, [...adds(`/v1/ports/${port.uuid}`), ...adds(`/v1/portgroups/${group.uuid}`)]);
  assert.deepEqual((await world.store.ports.getByUuid(port.uuid))?.extra, all);
  assert.deepEqual((await world.store.portgroups.getByUuid(group.uuid))?.extra, all);
});

test('a patch that was worked out from older values writes nothing', async (t) => {
  const { world, uuid } = await scene(t);
  const context = { requestId: 'req-1', user: null, project: null };
  const before = await world.node(uuid);
  await world.conductor.updateNode(context, uuid, { extra: { a: 1 } }, { basedOn: { extra: before.extra } });
  await assert.rejects(
    world.conductor.updateNode(context, uuid, { extra: { b: 2 } }, { basedOn: { extra: before.extra } }),
    (error) => error instanceof WroughtError && error.code === 'STALE' && error.status === 409 && error.message.includes('extra'),
  );
  assert.deepEqual((await world.node(uuid)).extra, { a: 1 });
  // What others wrote elsewhere does not matter.
  await world.conductor.updateNode(context, uuid, { description: 'x' }, { basedOn: { description: null } });
});

test('of many reservations at the same time one is granted', async (t) => {
  const { world, app, uuid } = await scene(t);
  const instances = keys.map((_, index) => `5e27e1c3-9f65-4a8b-a5a4-4f1f5a8e00${10 + index}`);
  const codes = await patchTogether(
    world,
    app,
    instances.map((value) => ({ url: `/v1/nodes/${uuid}`, payload: [{ op: 'add', path: '/instance_uuid', value }] })),
  );
  assert.deepEqual([...codes].sort(), [200, ...keys.slice(1).map(() => 409)]);
  assert.equal((await world.node(uuid)).instance_uuid, instances[codes.indexOf(200)]);
});

test('a change that others outrun every time ends in a conflict', async () => {
  let tries = 0;
  const attempt = retryStale('Node n', async () => {
    tries++;
    throw new WroughtError('STALE', 'changed');
  });
  await assert.rejects(attempt, (error) => error instanceof WroughtError && error.code === 'CONFLICT');
  assert.equal(tries, 20);
});
