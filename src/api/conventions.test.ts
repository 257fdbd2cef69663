import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notBuiltRoutes } from './resources/not-built.ts';
import { type ApiFixture, apiFixture, expectStatus, faultString, NEWEST, routingTitle } from './testing/api-fixture.ts';

test('the root document is the same for every version', async (t) => {
  const api = await apiFixture(t);
  const answer = await api.get('/', null);
  expectStatus(answer, 200);
  assert.equal(answer.body.versions.length, 1);
  assert.deepEqual(answer.body.versions[0], answer.body.default_version);
  assert.deepEqual(answer.body.default_version, {
    id: 'v1',
    links: [{ href: 'http://api.test/v1/', rel: 'self' }],
    status: 'CURRENT',
    min_version: '1.1',
    version: '1.115',
  });
});

test('the v1 document names the collections of its version', async (t) => {
  const api = await apiFixture(t);
  const fixed = ['id', 'links', 'media_types', 'version'];
  const collections = async (minor: number): Promise<string[]> =>
    Object.keys((await api.get('/v1', minor)).body).filter((key) => !fixed.includes(key));
  assert.deepEqual((await collections(1)).sort(), ['chassis', 'drivers', 'nodes', 'ports']);
  assert.equal((await collections(112)).length, 16);
  assert.equal((await collections(91)).includes('runbooks'), false);
  const { body } = await api.get('/v1/', 112);
  assert.deepEqual(body.media_types, { base: 'application/json', type: 'application/vnd.openstack.ironic.v1+json' });
  assert.deepEqual(body.nodes, [
    { href: 'http://api.test/v1/nodes/', rel: 'self' },
    { href: 'http://api.test/nodes/', rel: 'bookmark' },
  ]);
  const post = await api.call('POST', '/v1', { body: {} });
  expectStatus(post, 405);
  faultString(post);
  expectStatus(await api.call('HEAD', '/v1'), 200);
  expectStatus(await api.call('HEAD', '/'), 200);
});

test('version negotiation on the wire', async (t) => {
  const api = await apiFixture(t);
  const version = async (headers: Record<string, string>): Promise<unknown> =>
    (await api.call('GET', '/v1/nodes', { minor: null, headers })).headers['x-openstack-ironic-api-version'];
  assert.equal(await version({}), '1.1');
  assert.equal(await version({ 'x-openstack-ironic-api-version': 'latest' }), '1.115');
  assert.equal(await version({ 'openstack-api-version': 'compute 2.1, baremetal 1.50' }), '1.50');
  assert.equal(await version({ 'openstack-api-version': 'baremetal 1.50', 'x-openstack-ironic-api-version': '1.40' }), '1.50');

  for (const wanted of ['1.116', '1.0', '2.0']) {
    const answer = await api.call('GET', '/v1/nope', { minor: null, headers: { 'x-openstack-ironic-api-version': wanted } });
    expectStatus(answer, 406);
    assert.equal(routingTitle(answer), 'Not Acceptable');
    assert.equal(answer.headers['x-openstack-ironic-api-minimum-version'], '1.1');
    assert.equal(answer.headers['x-openstack-ironic-api-maximum-version'], '1.115');
    assert.equal(answer.headers['x-openstack-ironic-api-version'], undefined);
  }
  const unreadable = await api.call('GET', '/v1/nodes', { minor: null, headers: { 'x-openstack-ironic-api-version': 'abc' } });
  expectStatus(unreadable, 406);
  assert.deepEqual(
    Object.keys(unreadable.headers).filter((name) => name.includes('version')),
    [],
  );
  const root = await api.call('GET', '/', { minor: null, headers: { 'x-openstack-ironic-api-version': '2.0' } });
  expectStatus(root, 406);
  faultString(root);
});

test('every answer carries two equal request ids of its own', async (t) => {
  const api = await apiFixture(t);
  for (const url of ['/', '/v1/nodes', '/v1/nope', '/v1/nodes/nope']) {
    const { headers } = await api.call('GET', url, { headers: { 'x-openstack-request-id': 'req-mine' } });
    assert.match(String(headers['x-openstack-request-id']), /^req-[0-9a-f-]{36}$/);
    assert.equal(headers['openstack-request-id'], headers['x-openstack-request-id']);
  }
});

test('error shapes: A from endpoints, B from routing, C for bodies', async (t) => {
  const api = await apiFixture(t);
  const unknownNode = await api.get('/v1/nodes/nope', 50);
  expectStatus(unknownNode, 404);
  assert.match(faultString(unknownNode), /nope/);
  assert.equal(unknownNode.headers['x-openstack-ironic-api-version'], '1.50');
  const unknownPath = await api.get('/v1/nope', 50);
  expectStatus(unknownPath, 404);
  assert.equal(routingTitle(unknownPath), 'Not Found');
  const wrongMethod = await api.call('PUT', '/v1/nodes', { body: {} });
  expectStatus(wrongMethod, 405);
  assert.equal(routingTitle(wrongMethod), 'Method Not Allowed');
  assert.equal(wrongMethod.headers.allow, 'GET, POST, PATCH, DELETE');

  const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  const tooDeep = await api.call('POST', '/v1/nodes', { body: deep(26) });
  expectStatus(tooDeep, 400);
  assert.deepEqual(Object.keys(tooDeep.body), ['faultcode', 'faultstring']);
  assert.match(faultString(await api.call('POST', '/v1/nodes', { body: deep(25) })), /object/);
  const tooLarge = await api.call('POST', '/v1/nodes', { body: JSON.stringify({ extra: { a: 'x'.repeat(1024 * 1024) } }) });
  expectStatus(tooLarge, 413);
  assert.equal(tooLarge.body.faultcode, 'Client');
});

test('paths: /v1 is optional, one trailing slash is ignored, two are refused', async (t) => {
  const api = await apiFixture(t);
  const node = await api.node({ name: 'n1' });
  for (const url of ['/nodes', '/v1/nodes', '/v1/nodes/', '/v1/nodes/?limit=1', '/nodes/n1', `/v1/nodes/${node.uuid}/`, '/v1/nodes/n%31']) {
    expectStatus(await api.get(url), 200);
  }
  expectStatus(await api.get('/v1/v1'), 404);
  expectStatus(await api.get('/v2/nodes'), 404);
  expectStatus(await api.get('/v1//nodes'), 400);
  expectStatus(await api.get('/v1/nodes/%zz'), 400);
  expectStatus(await api.get('/v1/nodes/n1/nope'), 404);
});

test('words of the API are not node names in paths', async (t) => {
  const api = await apiFixture(t);
  for (const word of ['ports', 'traits', 'inventory', 'vmedia']) expectStatus(await api.get(`/v1/nodes/${word}`), 404);
  for (const word of ['states', 'vendor_passthru']) expectStatus(await api.get(`/v1/nodes/${word}`), 400);
  for (const word of ['maintenance', 'management', 'n1/management']) expectStatus(await api.get(`/v1/nodes/${word}`), 405);
});

test('a .json suffix is taken off for old clients that name a version', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1' });
  await api.node({ name: 'n2.json' });
  expectStatus(await api.get('/v1/nodes/n1.json', 90), 200);
  assert.equal((await api.get('/v1/nodes/n2.json', 90)).body.name, 'n2.json');
  expectStatus(await api.get('/v1/nodes/n1.json', 91), 404);
  expectStatus(await api.get('/v1/nodes/n2.json', 91), 200);
  expectStatus(await api.get('/v1/nodes.json', 90), 200);
  expectStatus(await api.get('/v1/nodes/n1.json', null), 404);
});

test('methods: OPTIONS is answered, HEAD of a collection is not, collections have no PATCH and DELETE', async (t) => {
  const api = await apiFixture(t);
  const options = await api.call('OPTIONS', '/v1/nodes');
  expectStatus(options, 200);
  assert.equal(options.text, '');
  expectStatus(await api.call('HEAD', '/v1/nodes'), 405);
  expectStatus(await api.call('DELETE', '/v1/nodes'), 400);
  expectStatus(await api.call('PATCH', '/v1/nodes', { body: [] }), 400);
  for (const sub of ['states/power', 'states/provision', 'states/raid', 'states/boot_mode', 'maintenance', 'management/inject_nmi']) {
    expectStatus(await api.get(`/v1/nodes/n1/${sub}`), 405);
  }
});

test('accept headers', async (t) => {
  const api = await apiFixture(t);
  const status = async (accept: string): Promise<number> => (await api.call('GET', '/v1/nodes', { headers: { accept } })).status;
  assert.equal(await status('application/json'), 200);
  assert.equal(await status('*/*'), 200);
  assert.equal(await status('text/html, application/json;q=0.5'), 200);
  assert.equal(await status('text/html'), 406);
  assert.equal(await status('application/xml'), 406);
});

test('bodies: malformed, null, form-encoded; documents are read whatever their type says', async (t) => {
  const api = await apiFixture(t);
  const post = (payload: string, type: string): Promise<number> =>
    api.call('POST', '/v1/chassis', { body: payload, headers: { 'content-type': type } }).then((answer) => answer.status);
  assert.equal(await post('{', 'application/json'), 400);
  assert.equal(await post('null', 'application/json'), 400);
  assert.equal(await post('{"description":"x"}', 'text/plain'), 201);
  assert.equal(await post('{"description":"x"}', 'not a type'), 201);
  assert.equal(await post('description=x', 'application/x-www-form-urlencoded'), 400);
  expectStatus(await api.call('POST', '/v1/chassis'), 201);
});

test('named arguments come from a JSON body or from the query', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1' });
  const path = '/v1/nodes/n1/states/power';
  expectStatus(await api.call('PUT', path, { body: { target: 'power on' } }), 202);
  expectStatus(await api.call('PUT', `${path}?target=power%20on`), 202);
  const ignored = await api.call('PUT', path, { body: '{"target":"power on"}', headers: { 'content-type': 'text/plain' } });
  expectStatus(ignored, 400);
  assert.match(faultString(ignored), /target/);
  assert.match(faultString(await api.call('PUT', path, { body: { target: 'power on', foo: 1 } })), /foo/);
});

test('accepted and done answers have neither body nor content type', async (t) => {
  const api = await apiFixture(t);
  await api.node({ name: 'n1' });
  for (const answer of [
    await api.call('PUT', '/v1/nodes/n1/maintenance', { body: { reason: 'x' } }),
    await api.call('PUT', '/v1/nodes/n1/traits', { body: { traits: ['CUSTOM_A'] } }),
  ]) {
    assert.equal(answer.text, '');
    assert.equal(answer.headers['content-type'], undefined);
  }
  assert.equal((await api.get('/v1/nodes')).headers['content-type'], 'application/json');
});

test('parameters: unknown ones and wrong types are refused at every version, before any gate', async (t) => {
  const api = await apiFixture(t);
  for (const minor of [1, NEWEST]) {
    for (const query of [
      'foo=1',
      'limit=abc',
      'limit=0',
      'limit=-1',
      'maintenance=perhaps',
      'instance_uuid=x',
      'sort_dir=ASC',
      'sort_key=zz',
    ]) {
      expectStatus(await api.get(`/v1/nodes?${query}`, minor), 400);
    }
  }
  for (const yes of ['1', 'TRUE', 'on', 'Yes', 't']) expectStatus(await api.get(`/v1/nodes?maintenance=${yes}`), 200);
});

test('what is not built says so, from its first version on', async (t) => {
  const api = await apiFixture(t);
  for (const { method, path, since } of notBuiltRoutes()) {
    const answer = await api.call(method, `/v1${path.replaceAll(/\{\w+\}/g, 'x')}`, { minor: since });
    expectStatus(answer, 501);
    assert.match(faultString(answer), /not built/);
  }
});

test('resources are hidden below their first version', async (t) => {
  const api = await apiFixture(t);
  const answers: [string, string, number, number][] = [
    ['GET', '/v1/portgroups', 22, 404],
    ['POST', '/v1/allocations', 51, 405],
    ['GET', '/v1/allocations', 51, 404],
    ['GET', '/v1/runbooks', 91, 404],
    ['POST', '/v1/runbooks', 91, 405],
    ['GET', '/v1/nodes/n1/bios', 39, 404],
    ['GET', '/v1/shards', 81, 404],
  ];
  for (const [method, url, minor, status] of answers) expectStatus(await api.call(method, url, { minor }), status);
});

test('links use the configured endpoint, else the host of the request; a host that is none is not repeated', async (t) => {
  const self = async (api: ApiFixture, headers: Record<string, string> = {}): Promise<string> =>
    (await api.call('GET', '/', { headers })).body.versions[0].links[0].href;
  const plain = await apiFixture(t);
  assert.equal(await self(plain, { host: 'ironic.example:6385' }), 'http://ironic.example:6385/v1/');
  assert.equal(await self(plain, { 'x-forwarded-host': 'evil.example' }), 'http://api.test/v1/');
  assert.doesNotMatch(await self(plain, { host: 'a"b' }), /a"b/);
  assert.equal(await self(await apiFixture(t, { 'api.public_endpoint': 'https://bm.example/base/' })), 'https://bm.example/base/v1/');
  const behind = await apiFixture(t, { 'wrought.trust_proxy_headers': 'true' });
  assert.equal(await self(behind, { 'x-forwarded-host': 'bm.example', 'x-forwarded-proto': 'https' }), 'https://bm.example/v1/');
});
