import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, apiFixture, expectStatus } from './testing/api-fixture.ts';
import { sample } from './testing/contract-data.ts';

const STEP = { interface: 'bios', step: 'apply', args: {}, priority: 10 };

test('a new deploy template', async (t) => {
  const api = await apiFixture(t);
  const post = (body: unknown, minor = 115): Promise<Answer> => api.call('POST', '/v1/deploy_templates', { body, minor });
  const made = await post(sample('deploy-template-create-request'), 55);
  expectStatus(made, 201);
  assert.equal(made.headers.location, `http://api.test/v1/deploy_templates/${made.body.uuid}`);
  assert.deepEqual(Object.keys(made.body).sort(), Object.keys(sample('deploy-template-create-response') as object).sort());
  expectStatus(await post(sample('deploy-template-create-request')), 409);
  const digits = await post({ name: 'CUSTOM_B', steps: [{ ...STEP, priority: '7', args: { admin_password: 'x' } }], description: 'gone' });
  expectStatus(digits, 201);
  assert.deepEqual(digits.body.steps, [{ ...STEP, priority: 7, args: { admin_password: '******' } }]);
  assert.equal('description' in digits.body, false);
  for (const body of [
    { name: 'CUSTOM_C' },
    { steps: [STEP] },
    { name: 'lower', steps: [STEP] },
    { name: 'CUSTOM_C', steps: [] },
    { name: 'CUSTOM_C', steps: 'x' },
    { name: 'CUSTOM_C', steps: [STEP, STEP] },
    { name: 'CUSTOM_C', steps: [{ ...STEP, interface: 'network' }] },
    { name: 'CUSTOM_C', steps: [{ ...STEP, step: '' }] },
    { name: 'CUSTOM_C', steps: [{ ...STEP, args: [] }] },
    { name: 'CUSTOM_C', steps: [{ ...STEP, args: undefined }] },
    { name: 'CUSTOM_C', steps: [{ ...STEP, priority: -1 }] },
    { name: 'CUSTOM_C', steps: [{ ...STEP, priority: 'high' }] },
    { name: 'CUSTOM_C', steps: [{ ...STEP, order: 1 }] },
    { name: 'CUSTOM_C', steps: [STEP], nope: 1 },
  ]) {
    expectStatus(await post(body), 400);
  }
  expectStatus(await post({}, 54), 405);
  expectStatus(await api.get('/v1/deploy_templates', 54), 404);
});

test('listing, reading, changing, deleting deploy templates', async (t) => {
  const api = await apiFixture(t);
  const one = await api.store.deployTemplates.create({ name: 'CUSTOM_A', steps: [STEP] });
  await api.store.deployTemplates.create({ name: 'CUSTOM_B', steps: [STEP] });
  const list = (await api.get('/v1/deploy_templates')).body.deploy_templates;
  assert.deepEqual(Object.keys(list[0]), ['uuid', 'name', 'links']);
  assert.deepEqual((await api.get('/v1/deploy_templates?detail=true', 55)).body.deploy_templates[0].steps, [STEP]);
  assert.deepEqual(Object.keys((await api.get('/v1/deploy_templates?fields=steps')).body.deploy_templates[0]), ['links', 'steps']);
  expectStatus(await api.get('/v1/deploy_templates?fields=steps&detail=true'), 400);
  expectStatus(await api.get('/v1/deploy_templates?fields=description'), 400);
  assert.match((await api.get('/v1/deploy_templates?limit=1')).body.next, /deploy_templates\?limit=1&marker=/);
  assert.equal((await api.get('/v1/deploy_templates/CUSTOM_A')).body.uuid, one.uuid);
  expectStatus(await api.get('/v1/deploy_templates/CUSTOM_NOPE'), 404);
  const patch = (operation: object): Promise<Answer> =>
    api.call('PATCH', `/v1/deploy_templates/${one.uuid}`, { body: [operation], minor: 55 });
  assert.equal((await patch({ op: 'replace', path: '/steps/0/priority', value: '99' })).body.steps[0].priority, 99);
  assert.equal((await patch({ op: 'add', path: '/steps/-', value: { ...STEP, step: 'other' } })).body.steps.length, 2);
  expectStatus(await patch({ op: 'add', path: '/steps/-', value: STEP }), 400);
  expectStatus(await patch({ op: 'remove', path: '/steps' }), 400);
  expectStatus(await patch({ op: 'remove', path: '/name' }), 400);
  expectStatus(await patch({ op: 'add', path: '/description', value: 'x' }), 400);
  expectStatus(await patch({ op: 'replace', path: '/uuid', value: one.uuid }), 400);
  expectStatus(await patch({ op: 'replace', path: '/name', value: 'CUSTOM_B' }), 409);
  expectStatus(await api.call('PATCH', '/v1/deploy_templates/CUSTOM_A', { body: sample('deploy-template-update-request') }), 200);
  expectStatus(await api.call('DELETE', '/v1/deploy_templates/CUSTOM_HT_ON'), 204);
  expectStatus(await api.call('DELETE', '/v1/deploy_templates/CUSTOM_HT_ON'), 404);
});
