import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApiFixture, apiFixture, expectStatus, NEWEST } from './testing/api-fixture.ts';
import { type ContractField, fieldsOf } from './testing/contract-data.ts';
import { FAKE_DRIVER, FAKE_HOST } from './testing/fake-conductor.ts';

/** Generated from the contract's field tables: where a field is shown, taken and refused, version by version. */
interface Resource {
  readonly name: string;
  readonly collection: string;
  /** Makes one object; answers its identifier in paths. */
  make(api: ApiFixture): Promise<string>;
  /** First version at which the object can be read. */
  readonly since: number;
}

const CHASSIS = '11111111-2222-4333-8444-555555555555';
const PARENT = '21111111-2222-4333-8444-555555555555';

const resources: readonly Resource[] = [
  { name: 'node', collection: 'nodes', since: 1, make: async (api) => (await api.node()).uuid },
  {
    name: 'port',
    collection: 'ports',
    since: 1,
    make: async (api) => (await api.store.ports.create({ node_uuid: (await api.node()).uuid, address: '52:54:00:00:00:01' })).uuid,
  },
  {
    name: 'portgroup',
    collection: 'portgroups',
    since: 23,
    make: async (api) => (await api.store.portgroups.create({ node_uuid: (await api.node()).uuid, mode: 'active-backup' })).uuid,
  },
  {
    name: 'deploy_template',
    collection: 'deploy_templates',
    since: 55,
    make: async (api) =>
      (await api.store.deployTemplates.create({ name: 'CUSTOM_A', steps: [{ interface: 'bios', step: 's', args: {}, priority: 1 }] })).uuid,
  },
  {
    name: 'runbook',
    collection: 'runbooks',
    since: 92,
    make: async (api) =>
      (await api.store.runbooks.create({ name: 'CUSTOM_A', steps: [{ interface: 'bios', step: 's', args: {}, order: 1 }] })).uuid,
  },
  {
    name: 'allocation',
    collection: 'allocations',
    since: 52,
    make: async (api) => (await api.store.allocations.create({ state: 'allocating', resource_class: 'x' })).uuid,
  },
  { name: 'chassis', collection: 'chassis', since: 1, make: async (api) => (await api.store.chassis.create({})).uuid },
  {
    name: 'conductor',
    collection: 'conductors',
    since: 49,
    async make(api) {
      await api.store.conductors.register({ hostname: FAKE_HOST, conductor_group: '', drivers: [FAKE_DRIVER], rpc_url: null });
      return FAKE_HOST;
    },
  },
  { name: 'driver', collection: 'drivers', since: 1, make: async () => FAKE_DRIVER },
];

for (const resource of resources) {
  const fields = fieldsOf(resource.name);
  const shown = fields.filter((field) => field.inDetail);

  test(`${resource.name}: one object shows exactly the fields of its version`, async (t) => {
    const api = await apiFixture(t);
    const id = await resource.make(api);
    for (const minor of versionsAround(fields, resource.since)) {
      const { body } = await api.get(`/v1/${resource.collection}/${id}`, minor);
      const expected = shown.filter((field) => field.since <= minor).map((field) => field.field);
      assert.deepEqual(Object.keys(body).sort(), expected.sort(), `at 1.${minor}`);
    }
  });

  test(`${resource.name}: plain lists show exactly the short fields of their version`, async (t) => {
    const api = await apiFixture(t);
    await resource.make(api);
    for (const minor of versionsAround(fields, resource.since)) {
      const { body } = await api.get(`/v1/${resource.collection}`, minor);
      const expected = fields.filter((field) => field.inList && field.since <= minor).map((field) => field.field);
      assert.deepEqual(Object.keys(body[resource.collection][0]).sort(), expected.sort(), `at 1.${minor}`);
    }
  });

  test(`${resource.name}: unset values have the contract's types`, async (t) => {
    const api = await apiFixture(t);
    const id = await resource.make(api);
    const { body } = await api.get(`/v1/${resource.collection}/${id}`, NEWEST);
    for (const field of shown) assertType(field, body[field.field]);
  });
}

test('detailed lists show the same fields as one object', async (t) => {
  const api = await apiFixture(t);
  for (const resource of resources.slice(0, 3)) {
    const id = await resource.make(api);
    const one = (await api.get(`/v1/${resource.collection}/${id}`)).body;
    for (const url of [`/v1/${resource.collection}/detail`, `/v1/${resource.collection}?detail=true`]) {
      const all: { uuid: string }[] = (await api.get(url)).body[resource.collection];
      assert.deepEqual(
        all.find((each) => each.uuid === id),
        one,
        url,
      );
    }
  }
});

for (const [resource, collection, base] of [
  ['node', 'nodes', { driver: FAKE_DRIVER }],
  ['port', 'ports', { address: '52:54:00:00:00:02' }],
  ['chassis', 'chassis', {}],
] as const) {
  const fields = fieldsOf(resource);

  test(`${resource}: a new object takes each field from its version on and refuses it (406) below`, async (t) => {
    for (const field of fields.filter((each) => each.create)) {
      const api = await prepared(t);
      const value = exampleValue(field);
      const body: Record<string, unknown> = { ...base, ...(resource === 'port' ? { node_uuid: PARENT } : {}), [field.field]: value };
      if (field.field === 'node_ident') delete body.node_uuid;
      if (field.since > 1) {
        const below = await api.call('POST', `/v1/${collection}`, { body, minor: field.since - 1 });
        assert.equal(below.status, field.field === 'conductor_group' && value === '' ? 201 : 406, `${field.field}: ${below.text}`);
      }
      const at = await api.call('POST', `/v1/${collection}`, { body, minor: field.since });
      assert.equal(at.status, field.field === 'portgroup_uuid' ? 400 : 201, `${field.field} at 1.${field.since}: ${at.text}`);
      if (at.status === 201 && field.inDetail && !MASKED.has(field.field)) assert.deepEqual(at.body[field.field], value, field.field);
    }
  });

  test(`${resource}: what is not the client's to set is refused by creation and by patches`, async (t) => {
    const api = await prepared(t);
    const id = await idOf(api, collection);
    for (const field of fields) {
      if (!field.create) {
        const answer = await api.call('POST', `/v1/${collection}`, {
          body: { ...base, node_uuid: PARENT, [field.field]: exampleValue(field) },
        });
        assert.equal(answer.status, 400, `POST ${field.field}: ${answer.text}`);
      }
      if (!field.patch) {
        const operation = { op: 'replace', path: `/${field.field}`, value: exampleValue(field) };
        const answer = await api.call('PATCH', `/v1/${collection}/${id}`, { body: [operation] });
        assert.equal(answer.status, 400, `PATCH ${field.field}: ${answer.text}`);
      }
    }
  });

  test(`${resource}: a patch takes each patchable field from its version on and refuses it (406) below`, async (t) => {
    for (const field of fields.filter((each) => each.patch)) {
      const api = await prepared(t);
      const id = await idOf(api, collection);
      const operations = [{ op: 'add', path: `/${field.field}`, value: exampleValue(field) }];
      if (field.field.endsWith('_reason')) operations.unshift({ op: 'add', path: `/${field.field.replace('_reason', '')}`, value: true });
      const gate = Number((field.patchMinVersion ?? (field.notes?.includes('patch from 1.1') ? '1.1' : field.minVersion)).split('.')[1]);
      if (gate > 1) expectStatus(await api.call('PATCH', `/v1/${collection}/${id}`, { body: operations, minor: gate - 1 }), 406);
      const at = await api.call('PATCH', `/v1/${collection}/${id}`, { body: operations, minor: gate });
      assert.equal(at.status, field.field === 'portgroup_uuid' ? 400 : 200, `${field.field} at 1.${gate}: ${at.text}`);
    }
  });
}

for (const [resource, collection] of [
  ['node', 'nodes'],
  ['port', 'ports'],
  ['chassis', 'chassis'],
] as const) {
  test(`${resource}: fields= chooses, 406 below a field's version, 400 for what cannot be chosen`, async (t) => {
    const api = await prepared(t);
    const id = await idOf(api, collection);
    const unselectable =
      resource === 'node' ? new Set(['created_at', 'updated_at', 'links', 'ports', 'states', 'portgroups', 'volume']) : new Set();
    for (const field of fieldsOf(resource)) {
      const at = Math.max(8, field.since);
      for (const url of [`/v1/${collection}/${id}?fields=${field.field}`, `/v1/${collection}?fields=${field.field}`]) {
        const answer = await api.get(url, at);
        if (!field.inDetail || unselectable.has(field.field)) {
          assert.equal(answer.status, 400, `${url}: ${answer.text}`);
          continue;
        }
        assert.equal(answer.status, 200, `${url}: ${answer.text}`);
        const item = answer.body[collection]?.[0] ?? answer.body;
        assert.deepEqual(Object.keys(item).sort(), [...new Set([field.field, 'links'])].sort(), url);
        if (field.since > 8) expectStatus(await api.get(url, field.since - 1), 406);
      }
    }
    expectStatus(await api.get(`/v1/${collection}?fields=uuid`, 7), 406);
    expectStatus(await api.get(`/v1/${collection}?fields=nope`), 400);
    expectStatus(await api.get(`/v1/${collection}?fields=uuid&detail=true`), 400);
    expectStatus(await api.get(`/v1/${collection}?detail=true`, 42), 400);
    expectStatus(await api.get(`/v1/${collection}?detail=false`, 42), 400);
    expectStatus(await api.get(`/v1/${collection}/detail?fields=uuid`), 400);
  });
}

const MASKED = new Set(['instance_info']);

/** Versions worth a look: the edges of every field. */
function versionsAround(fields: readonly { since: number }[], first: number): number[] {
  const edges = fields.flatMap((field) => [field.since - 1, field.since]);
  return [...new Set([first, ...edges, NEWEST])].filter((minor) => minor >= first);
}

async function prepared(t: Parameters<typeof apiFixture>[0]): Promise<ApiFixture> {
  const api = await apiFixture(t);
  await api.store.chassis.create({ uuid: CHASSIS });
  await api.node({ uuid: PARENT, name: 'parent', provision_state: 'active' });
  await api.store.ports.create({ node_uuid: PARENT, address: '52:54:00:00:00:77' });
  return api;
}

async function idOf(api: ApiFixture, collection: string): Promise<string> {
  return (await api.get(`/v1/${collection}`)).body[collection][0].uuid;
}

function exampleValue(field: ContractField): unknown {
  switch (field.field) {
    case 'chassis_uuid':
      return CHASSIS;
    case 'uuid':
      return field.patch ? PARENT : '31111111-2222-4333-8444-555555555555';
    case 'parent_node':
    case 'node_uuid':
    case 'node_ident':
      return PARENT;
    case 'address':
      return '52:54:00:aa:bb:cc';
    case 'driver':
      return FAKE_DRIVER;
    case 'name':
      return 'a-name';
    case 'local_link_connection':
      return { port_id: 'eth0', switch_id: '0a:1b:2c:3d:4e:5f' };
    case 'network_data':
      return { links: [], networks: [], services: [] };
    case 'boot_mode':
      return 'uefi';
  }
  if (field.field.endsWith('_interface')) return ['network_interface', 'storage_interface'].includes(field.field) ? 'noop' : 'fake';
  if (field.type === 'boolean') return true;
  if (field.type === 'object') return { key: 'value' };
  if (field.type === 'uuid') return '41111111-2222-4333-8444-555555555555';
  if (field.type.startsWith('array')) return ['CUSTOM_A'];
  return 'text';
}

function assertType(field: ContractField, value: unknown): void {
  const where = `${field.field} = ${JSON.stringify(value)}`;
  if (value === null) assert.ok(field.nullable || field.type === 'datetime', where);
  else if (field.type === 'object') assert.ok(typeof value === 'object' && !Array.isArray(value), where);
  else if (field.type.startsWith('array')) assert.ok(Array.isArray(value), where);
  else if (field.type === 'boolean') assert.equal(typeof value, 'boolean', where);
  else if (field.type === 'datetime') assert.match(String(value), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00$/, where);
  else assert.equal(typeof value, 'string', where);
}
