import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiFixture, expectStatus } from './testing/api-fixture.ts';
import { FAKE_DRIVER } from './testing/fake-conductor.ts';

test('vendor methods of a node: named in path or query, arguments from query or body', async (t) => {
  const api = await apiFixture(t);
  const node = await api.node({ name: 'n1' });
  const url = '/v1/nodes/n1/vendor_passthru';
  assert.deepEqual(Object.keys((await api.get(`${url}/methods`, 1 + 4)).body), ['echo', 'later']);
  const echoed = await api.call('POST', `${url}/echo`, { body: { a: 1 } });
  expectStatus(echoed, 200);
  assert.deepEqual(echoed.body, { a: 1 });
  assert.deepEqual(api.calls.at(-1)?.args, [node.uuid, { method: 'echo', httpMethod: 'POST', args: { a: 1 } }]);
  assert.deepEqual((await api.get(`${url}?method=echo&x=y`)).body, { x: 'y' });
  assert.deepEqual((await api.call('DELETE', `${url}/echo?x=y`)).body, { x: 'y' });
  const later = await api.call('PUT', `${url}/later`, { body: {} });
  expectStatus(later, 202);
  assert.equal(later.text, '');
  expectStatus(await api.call('POST', url, { body: {} }), 400);
  expectStatus(await api.call('POST', `${url}/echo`, { body: [1] }), 400);
  expectStatus(await api.get(`${url}/echo?x=1&x=2`), 400);
  expectStatus(await api.call('POST', '/v1/nodes/nobody/vendor_passthru/echo', { body: {} }), 404);
});

test('hardware types have no vendor methods', async (t) => {
  const api = await apiFixture(t);
  const url = `/v1/drivers/${FAKE_DRIVER}/vendor_passthru`;
  assert.deepEqual((await api.get(`${url}/methods`)).body, {});
  expectStatus(await api.call('POST', `${url}/x`, { body: {} }), 400);
  expectStatus(await api.call('POST', url, { body: {} }), 400);
});
