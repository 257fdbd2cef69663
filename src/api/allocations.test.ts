import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, apiFixture, expectStatus } from './testing/api-fixture.ts';
import { sample } from './testing/contract-data.ts';

const UUID = '31111111-2222-4333-8444-555555555555';

test('a new allocation', async (t) => {
  const api = await apiFixture(t);
  const node = await api.node({ name: 'n1', provision_state: 'active' });
  const post = (body: unknown, minor = 115): Promise<Answer> => api.call('POST', '/v1/allocations', { body, minor });
  const made = await post(sample('allocation-create-request'), 60);
  expectStatus(made, 201);
  assert.equal(made.headers.location, `http://api.test/v1/allocations/${made.body.uuid}`);
  const expected = sample('allocation-create-response') as Record<string, unknown>;
  assert.deepEqual(Object.keys(made.body).sort(), Object.keys(expected).sort());
  for (const key of ['candidate_nodes', 'extra', 'last_error', 'name', 'node_uuid', 'owner', 'resource_class', 'state', 'traits'])
    assert.deepEqual(made.body[key], expected[key], key);
  expectStatus(await post(sample('allocation-create-request')), 409);
  expectStatus(await post(sample('allocation-create-request-2'), 52), 201);
  const named = await post({ resource_class: 'x', candidate_nodes: ['n1', node.uuid], traits: ['CUSTOM_B', 'CUSTOM_A'], owner: 'p1' });
  assert.deepEqual(named.body.candidate_nodes, [node.uuid, node.uuid]);
  assert.deepEqual(named.body.traits, ['CUSTOM_B', 'CUSTOM_A']);
  for (const body of [
    {},
    { resource_class: '' },
    { resource_class: 'x'.repeat(81) },
    { resource_class: 'x', name: 'not a name' },
    { resource_class: 'x', uuid: 'zz' },
    { resource_class: 'x', traits: ['lower'] },
    { resource_class: 'x', candidate_nodes: ['nobody'] },
    { resource_class: 'x', candidate_nodes: [UUID] },
    { resource_class: 'x', state: 'active' },
    { resource_class: 'x', node_uuid: node.uuid },
    { resource_class: 'x', last_error: 'x' },
    { node: 'nobody' },
  ]) {
    expectStatus(await post(body), 400);
  }
  expectStatus(await post({ resource_class: 'x', owner: 'p' }, 59), 406);
  expectStatus(await post({ node: 'n1' }, 57), 400);
  expectStatus(await post({ resource_class: 'x' }, 51), 405);
  const filled = await post({ node: 'n1' }, 58);
  expectStatus(filled, 201);
  assert.deepEqual(api.calls.at(-1), { method: 'createAllocation', args: [{}, node.uuid] });
  assert.equal('node' in filled.body, false);
});

test('listing, reading, changing, deleting allocations, and the one of a node', async (t) => {
  const api = await apiFixture(t);
  const node = await api.node({ name: 'n1' });
  const one = await api.store.allocations.create({ state: 'active', name: 'a', resource_class: 'x', node_uuid: node.uuid, owner: 'p1' });
  await api.store.allocations.create({ state: 'error', name: 'b', resource_class: 'y' });
  const names = async (query: string): Promise<string[]> =>
    (await api.get(`/v1/allocations?${query}`)).body.allocations.map((each: { name: string }) => each.name);
  assert.deepEqual(await names(''), ['a', 'b']);
  for (const query of ['node=n1', `node=${node.uuid}`, 'resource_class=x', 'state=active', 'owner=p1'])
    assert.deepEqual(await names(query), ['a'], query);
  assert.deepEqual(await names('state=nope'), []);
  for (const query of ['node=nobody', 'detail=true', 'fields=nope', 'fields=node'])
    expectStatus(await api.get(`/v1/allocations?${query}`), 400);
  expectStatus(await api.get('/v1/allocations?fields=owner', 59), 400);
  expectStatus(await api.get('/v1/allocations?owner=p1', 59), 406);
  expectStatus(await api.get('/v1/allocations', 51), 404);
  assert.deepEqual(Object.keys((await api.get('/v1/allocations/a?fields=state')).body), ['state', 'links']);
  const listed = sample('allocations-list-response') as { allocations: object[] };
  assert.deepEqual(
    Object.keys((await api.get('/v1/allocations', 60)).body.allocations[0]).sort(),
    Object.keys(listed.allocations[0] ?? {}).sort(),
  );

  const patch = (operation: object, minor = 115): Promise<Answer> => api.call('PATCH', '/v1/allocations/a', { body: [operation], minor });
  assert.deepEqual((await api.call('PATCH', '/v1/allocations/a', { body: sample('allocation-update-request') })).body.extra, {
    foo: 'bar',
  });
  expectStatus(await patch({ op: 'add', path: '/extra/foo', value: 'bar' }, 56), 405);
  expectStatus(await patch({ op: 'add', path: '/extra/foo', value: ['bar'] }), 400);
  expectStatus(await patch({ op: 'replace', path: '/name', value: 'b' }), 409);
  expectStatus(await patch({ op: 'replace', path: '/name', value: 'b c' }), 400);
  expectStatus(await patch({ op: 'replace', path: '/state', value: 'error' }), 400);

  assert.equal((await api.get('/v1/nodes/n1/allocation')).body.uuid, one.uuid);
  assert.deepEqual(Object.keys((await api.get('/v1/nodes/n1/allocation?fields=uuid')).body), ['uuid', 'links']);
  expectStatus(await api.get('/v1/nodes/n1/allocation', 51), 404);
  expectStatus(await api.call('DELETE', '/v1/nodes/n1/allocation'), 204);
  expectStatus(await api.get('/v1/nodes/n1/allocation'), 404);
  expectStatus(await api.call('DELETE', '/v1/nodes/n1/allocation'), 404);
  expectStatus(await api.call('DELETE', '/v1/allocations/b'), 204);
  expectStatus(await api.call('DELETE', '/v1/allocations/b'), 404);
});
