import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, type ApiFixture, apiFixture, expectStatus } from './testing/api-fixture.ts';
import { sample } from './testing/contract-data.ts';

const NODE = '6d85703a-565d-469a-96ce-30b6de53079d';
const UUID = '31111111-2222-4333-8444-555555555555';

const KINDS = [
  { kind: 'connector', wrong: { connector_id: 5 }, patch: { path: '/connector_id', value: 'other' }, mandatory: 'type' },
  { kind: 'target', wrong: { boot_index: '0' }, patch: { path: '/boot_index', value: 3 }, mandatory: 'volume_id' },
] as const;

for (const { kind, wrong, patch, mandatory } of KINDS) {
  const url = `/v1/volume/${kind}s`;
  const request = sample(`volume-${kind}-create-request`) as Record<string, unknown>;

  test(`volume ${kind}s: creation`, async (t) => {
    const api = await apiFixture(t);
    await api.node({ uuid: NODE });
    const post = (body: object, minor = 115): Promise<Answer> => api.call('POST', url, { body, minor });
    const made = await post(request, 32);
    expectStatus(made, 201);
    assert.equal(made.headers.location, `http://api.test${url}/${made.body.uuid}`);
    assert.deepEqual(Object.keys(made.body).sort(), Object.keys(sample(`volume-${kind}-create-response`) as object).sort());
    assert.equal(made.body.links[0].href, `http://api.test${url}/${made.body.uuid}`);
    expectStatus(await post(request), 409);
    for (const body of [
      { ...request, ...wrong },
      { ...request, [mandatory]: undefined },
      { ...request, node_uuid: undefined },
      { ...request, node_uuid: null },
      { ...request, node_uuid: 'n1' },
      { ...request, node_uuid: UUID },
      { ...request, nope: 1 },
    ]) {
      expectStatus(await post(body), 400);
    }
    expectStatus(await post(request, 31), 404);
  });

  test(`volume ${kind}s: listing, reading, changing, deleting`, async (t) => {
    const api = await apiFixture(t);
    await api.node({ uuid: NODE, name: 'n1' });
    await api.node({ name: 'n2' });
    const { uuid } = (await api.call('POST', url, { body: request })).body;
    for (const list of [url, `${url}?node=n1`, `${url}?node=${NODE}`, `/v1/nodes/n1/volume/${kind}s`]) {
      const { body } = await api.get(list);
      assert.deepEqual(
        body[`${kind}s`].map((each: { uuid: string }) => each.uuid),
        [uuid],
        list,
      );
      const shape = sample(`volume-${kind}-list-response`) as Record<string, object[]>;
      assert.deepEqual(Object.keys(body[`${kind}s`][0]).sort(), Object.keys(shape[`${kind}s`]?.[0] ?? {}).sort());
    }
    assert.deepEqual((await api.get(`${url}?node=n2`)).body[`${kind}s`], []);
    expectStatus(await api.get(`${url}?node=nobody`), 404);
    expectStatus(await api.get(`${url}?fields=uuid&detail=true`), 400);
    assert.deepEqual((await api.get(`${url}?detail=true`)).body[`${kind}s`][0].extra, {});
    for (const ident of ['detail', '5']) expectStatus(await api.get(`${url}/${ident}`), 400);
    expectStatus(await api.get(`${url}/${UUID}`), 404);
    const change = (operation: object): Promise<Answer> => api.call('PATCH', `${url}/${uuid}`, { body: [operation] });
    assert.equal((await change({ op: 'replace', ...patch })).body[patch.path.slice(1)], patch.value);
    expectStatus(await change({ op: 'remove', path: '/node_uuid' }), 200);
    expectStatus(await change({ op: 'replace', path: '/node_uuid', value: UUID }), 400);
    expectStatus(await change({ op: 'replace', path: '/node_uuid', value: null }), 400);
    expectStatus(await change({ op: 'remove', path: `/${mandatory}` }), 400);
    expectStatus(await change({ op: 'replace', path: '/uuid', value: UUID }), 400);
    expectStatus(await api.call('DELETE', `${url}/${uuid}`), 204);
    expectStatus(await api.call('DELETE', `${url}/${uuid}`), 404);
  });
}

test('secrets of a target are masked, and patches see the real ones', async (t) => {
  const api = await apiFixture(t);
  await api.node({ uuid: NODE });
  const request = sample('volume-target-create-request') as object;
  const { body } = await api.call('POST', '/v1/volume/targets', {
    body: { ...request, properties: { auth_password: 'x', target_lun: 1 } },
  });
  assert.deepEqual(body.properties, { auth_password: '******', target_lun: 1 });
  await api.call('PATCH', `/v1/volume/targets/${body.uuid}`, { body: [{ op: 'replace', path: '/properties/target_lun', value: 2 }] });
  assert.deepEqual((await api.store.volumeTargets.getByUuid(body.uuid))?.properties, { auth_password: 'x', target_lun: 2 });
});

test('the volume documents', async (t) => {
  const api: ApiFixture = await apiFixture(t);
  await api.node({ name: 'n1' });
  const text = JSON.stringify(sample('volume-list-response')).replaceAll('http://127.0.0.1:6385', 'http://api.test');
  assert.deepEqual((await api.get('/v1/volume')).body, JSON.parse(text));
  const ofNode = (await api.get('/v1/nodes/n1/volume')).body;
  assert.equal(ofNode.connectors[0].href, 'http://api.test/v1/nodes/n1/volume/connectors');
  expectStatus(await api.get('/v1/volume', 31), 404);
  expectStatus(await api.get('/v1/nodes/nobody/volume'), 404);
  expectStatus(await api.call('POST', '/v1/volume', { body: {} }), 405);
});
