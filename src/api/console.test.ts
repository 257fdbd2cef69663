import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiFixture, expectStatus } from './testing/api-fixture.ts';

test('the console of a node', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1' });
  const url = '/v1/nodes/n1/states/console';
  assert.deepEqual((await api.get(url)).body, { console_enabled: false, console_info: null });
  const on = await api.call('PUT', url, { body: { enabled: 'true' }, minor: 1 + 4 });
  expectStatus(on, 202);
  assert.equal(on.headers.location, 'http://api.test/v1/nodes/n1/states/console');
  assert.deepEqual((await api.get(url)).body, { console_enabled: true, console_info: { type: 'shellinabox', url: 'http://c' } });
  for (const body of [{}, { enabled: 'perhaps' }, { enabled: true, more: 1 }]) expectStatus(await api.call('PUT', url, { body }), 400);
  expectStatus(await api.call('PUT', '/v1/nodes/nobody/states/console', { body: { enabled: true } }), 404);
});
