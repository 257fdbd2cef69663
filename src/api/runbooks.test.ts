import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, type ApiFixture, apiFixture, expectStatus } from './testing/api-fixture.ts';
import { sample } from './testing/contract-data.ts';

const STEP = { interface: 'bios', step: 'apply', args: {}, order: 1 };

test('a new runbook', async (t) => {
  const api = await apiFixture(t);
  const post = (body: unknown, minor = 115): Promise<Answer> => api.call('POST', '/v1/runbooks', { body, minor });
  const made = await post(sample('runbook-create-request'), 92);
  expectStatus(made, 201);
  assert.deepEqual(Object.keys(made.body).sort(), [...Object.keys(sample('runbook-create-response') as object), 'disable_ramdisk'].sort());
  expectStatus(await post(sample('runbook-create-request')), 409);
  const open = await post({ name: 'any.name~x', steps: [{ interface: 'bios', step: 's', order: '3' }], public: true, description: 'd' });
  expectStatus(open, 201);
  assert.deepEqual(open.body.steps, [{ interface: 'bios', step: 's', args: {}, order: 3 }]);
  assert.deepEqual([open.body.public, open.body.owner, open.body.traits, open.body.description], [true, null, [], 'd']);
  assert.equal((await post({ name: 'owned', steps: [STEP], owner: 'p1', public: null })).body.owner, 'p1');
  for (const body of [
    { name: 'x' },
    { name: 'x', steps: [] },
    { name: 'x', steps: [STEP, STEP] },
    { name: 'x', steps: [{ ...STEP, priority: 1 }] },
    { name: 'x', steps: [{ ...STEP, order: undefined }] },
    { name: 'not a name', steps: [STEP] },
    { name: 'x', steps: [STEP], public: 'true' },
    { name: 'x', steps: [STEP], disable_ramdisk: 'yes' },
    { name: 'x', steps: [STEP], public: true, owner: 'p1' },
    { name: 'x', steps: [STEP], traits: [] },
  ]) {
    expectStatus(await post(body), 400);
  }
  expectStatus(await post({ name: 'lower', steps: [STEP] }, 111), 400);
  expectStatus(await post({ name: 'CUSTOM_D', steps: [STEP], description: 'd' }, 111), 400);
});

test('listing, reading, changing, deleting runbooks', async (t) => {
  const api = await apiFixture(t);
  const one = await api.store.runbooks.create({ name: 'CUSTOM_A', steps: [STEP], owner: 'p1' });
  await api.store.runbooks.create({ name: 'CUSTOM_B', steps: [STEP] });
  const names = async (query: string): Promise<string[]> =>
    (await api.get(`/v1/runbooks${query}`)).body.runbooks.map((each: { name: string }) => each.name);
  assert.deepEqual(await names(''), ['CUSTOM_A', 'CUSTOM_B']);
  assert.deepEqual(await names('?sort_key=name&sort_dir=desc'), ['CUSTOM_B', 'CUSTOM_A']);
  const patch = (operation: object, minor = 115): Promise<Answer> =>
    api.call('PATCH', '/v1/runbooks/CUSTOM_A', { body: [operation], minor });
  assert.equal((await patch({ op: 'replace', path: '/steps/0/order', value: 9 })).body.steps[0].order, 9);
  expectStatus(await patch({ op: 'add', path: '/description', value: 'x' }, 111), 400);
  assert.equal((await patch({ op: 'add', path: '/description', value: 'x' }, 112)).body.description, 'x');
  expectStatus(await patch({ op: 'add', path: '/traits', value: ['CUSTOM_X'] }), 400);
  assert.equal((await patch({ op: 'remove', path: '/disable_ramdisk' })).body.disable_ramdisk, false);
  const published = await patch({ op: 'replace', path: '/public', value: true });
  assert.deepEqual([published.body.public, published.body.owner], [true, null]);
  expectStatus(await patch({ op: 'replace', path: '/owner', value: 'p2' }), 400);
  expectStatus(await patch({ op: 'replace', path: '/name', value: 'CUSTOM_B' }), 409);
  expectStatus(await api.call('DELETE', `/v1/runbooks/${one.uuid}`), 204);
  expectStatus(await api.call('DELETE', `/v1/runbooks/${one.uuid}`), 404);
});

test('the traits of a runbook', async (t) => {
  const api = await apiFixture(t);
  await api.store.runbooks.create({ name: 'r', steps: [STEP] });
  const put = (path: string, body?: unknown): Promise<Answer> => api.call('PUT', `/v1/runbooks/r/traits${path}`, { body });
  expectStatus(await put('', { traits: ['CUSTOM_B', 'CUSTOM_A', 'CUSTOM_B'] }), 204);
  const added = await put('/HW_CPU_X86_VMX');
  expectStatus(added, 204);
  assert.equal(added.headers.location, 'http://api.test/v1/runbooks/r/traits/HW_CPU_X86_VMX');
  assert.deepEqual((await api.get('/v1/runbooks/r/traits')).body, { traits: ['CUSTOM_A', 'CUSTOM_B', 'HW_CPU_X86_VMX'] });
  expectStatus(await api.call('DELETE', '/v1/runbooks/r/traits/CUSTOM_A'), 204);
  expectStatus(await api.call('DELETE', '/v1/runbooks/r/traits/CUSTOM_A'), 204);
  assert.deepEqual((await api.get('/v1/runbooks/r')).body.traits, ['CUSTOM_B', 'HW_CPU_X86_VMX']);
  expectStatus(await api.call('DELETE', '/v1/runbooks/r/traits'), 204);
  assert.deepEqual((await api.get('/v1/runbooks/r/traits')).body, { traits: [] });
  for (const [path, body] of [
    ['', { traits: ['lower'] }],
    ['', []],
    ['', { traits: [], more: 1 }],
    ['/lower', undefined],
    ['/CUSTOM_A', { x: 1 }],
  ] as const)
    expectStatus(await put(path, body), 400);
  expectStatus(await api.call('DELETE', '/v1/runbooks/nope/traits/CUSTOM_A'), 404);
  expectStatus(await api.get('/v1/runbooks/r/traits', 111), 404);
});

test('a runbook stands in for the steps of clean and service', async (t) => {
  const api = await apiFixture(t);
  await api.store.runbooks.create({ name: 'CUSTOM_A', steps: [STEP], disable_ramdisk: true });
  const provision = async (state: 'manageable' | 'active', traits: string[], body: object, minor = 115): Promise<Answer> => {
    const node = await api.node({ provision_state: state, traits });
    return api.call('PUT', `/v1/nodes/${node.uuid}/states/provision`, { body: { runbook: 'CUSTOM_A', ...body }, minor });
  };
  expectStatus(await provision('manageable', ['CUSTOM_A'], { target: 'clean' }, 91), 406);
  expectStatus(await provision('manageable', ['CUSTOM_A'], { target: 'clean' }, 111), 202);
  assert.deepEqual(lastProvision(api), { verb: 'clean', cleanSteps: [STEP], disableRamdisk: true });
  expectStatus(await provision('manageable', ['CUSTOM_B'], { target: 'clean' }, 111), 400);
  expectStatus(await provision('manageable', ['CUSTOM_A'], { target: 'clean' }), 400);
  await api.call('PUT', '/v1/runbooks/CUSTOM_A/traits', { body: { traits: ['CUSTOM_B', 'CUSTOM_C'] } });
  expectStatus(await provision('active', ['CUSTOM_B'], { target: 'service', disable_ramdisk: false }), 202);
  assert.deepEqual(lastProvision(api), { verb: 'service', serviceSteps: [STEP], disableRamdisk: true });
  expectStatus(await provision('manageable', ['CUSTOM_B'], { target: 'clean', clean_steps: [STEP] }), 400);
  expectStatus(await provision('manageable', ['CUSTOM_B'], { target: 'provide' }), 400);
  expectStatus(await provision('manageable', ['CUSTOM_B'], { target: 'clean', runbook: 'nope' }), 404);
});

function lastProvision(api: ApiFixture): unknown {
  return api.calls.findLast((call) => call.method === 'provision')?.args[1];
}
