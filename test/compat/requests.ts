/** The requests of the comparison, in the order in which they are sent: later ones use what earlier ones have made. */
import type { CompatRequest } from './request.ts';

const NEWEST = 82;
const VERSIONS = [1, 4, 10, 18, 25, 34, 46, 54, 66, 75, NEWEST];

const NODE = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
const PORT = '33333333-3333-4333-8333-333333333333';
const CHASSIS = '44444444-4444-4444-8444-444444444444';
const INSTANCE = '55555555-5555-4555-8555-555555555555';
const GROUP = '66666666-6666-4666-8666-666666666666';
const TEMPLATE = '77777777-7777-4777-8777-777777777777';
const NOBODY = '99999999-9999-4999-8999-999999999999';

function request(method: string, path: string, body?: unknown, version: CompatRequest['version'] = NEWEST): CompatRequest {
  return { method, path, version, ...(body === undefined ? {} : { body }) };
}
const get = (path: string, version?: CompatRequest['version']): CompatRequest => request('GET', path, undefined, version);
const many = (method: string, path: string, bodies: readonly unknown[], version?: number): CompatRequest[] =>
  bodies.map((body) => request(method, path, body, version));
const op = (path: string, value: unknown, kind = 'add'): object => ({ op: kind, path, value });

const make: CompatRequest[] = [
  request('POST', '/v1/chassis', { uuid: CHASSIS, description: 'd', extra: { a: 1 } }),
  request('POST', '/v1/nodes', {
    uuid: NODE,
    name: 'n1',
    driver: 'fake-hardware',
    chassis_uuid: CHASSIS,
    properties: { cpus: 2 },
    extra: { a: 1 },
    resource_class: 'baremetal',
    description: 'first',
  }),
  request('POST', '/v1/nodes', { uuid: OTHER, name: 'n2', driver: 'fake-hardware' }),
  request('POST', '/v1/ports', { uuid: PORT, node_uuid: NODE, address: '52:54:00:00:00:01', extra: { a: 1 } }),
  request('POST', '/v1/portgroups', { uuid: GROUP, node_uuid: NODE, name: 'pg1' }),
  request('POST', '/v1/deploy_templates', {
    uuid: TEMPLATE,
    name: 'CUSTOM_T',
    steps: [{ interface: 'bios', step: 'factory_reset', args: {}, priority: 150 }],
  }),
];

const versions: CompatRequest[] = [
  get('/', null),
  get('/v1', null),
  get('/v1/', 1),
  get('/v1/nodes', null),
  ...['1.0', '1.200', '2.1', 'latest', 'nonsense', '1', ''].map((version) => get('/v1/nodes', version)),
];

const reads = [
  '/v1/nodes',
  '/v1/nodes/detail',
  `/v1/nodes/${NODE}`,
  '/v1/nodes/n1',
  `/v1/nodes/${NODE}/states`,
  `/v1/nodes/${NODE}/traits`,
  `/v1/nodes/${NODE}/vifs`,
  `/v1/nodes/${NODE}/bios`,
  `/v1/nodes/${NODE}/history`,
  `/v1/nodes/${NODE}/inventory`,
  `/v1/nodes/${NODE}/ports`,
  `/v1/nodes/${NODE}/portgroups`,
  `/v1/nodes/${NODE}/volume`,
  `/v1/nodes/${NODE}/allocation`,
  `/v1/nodes/${NODE}/management/boot_device`,
  `/v1/nodes/${NODE}/management/boot_device/supported`,
  `/v1/nodes/${NODE}/management/indicators`,
  `/v1/nodes/${NODE}/vendor_passthru/methods`,
  '/v1/ports',
  '/v1/ports/detail',
  `/v1/ports/${PORT}`,
  '/v1/portgroups',
  '/v1/portgroups/detail',
  `/v1/portgroups/${GROUP}`,
  `/v1/portgroups/${GROUP}/ports`,
  '/v1/chassis',
  '/v1/chassis/detail',
  `/v1/chassis/${CHASSIS}`,
  `/v1/chassis/${CHASSIS}/nodes`,
  '/v1/drivers',
  '/v1/drivers?detail=True',
  '/v1/drivers/fake-hardware',
  '/v1/drivers/fake-hardware/properties',
  '/v1/drivers/fake-hardware/raid/logical_disk_properties',
  '/v1/drivers/fake-hardware/vendor_passthru/methods',
  '/v1/conductors',
  '/v1/conductors?detail=True',
  '/v1/allocations',
  '/v1/deploy_templates',
  `/v1/deploy_templates/${TEMPLATE}`,
  '/v1/volume',
  '/v1/volume/connectors',
  '/v1/volume/targets',
  '/v1/shards',
  `/v1/lookup?node_uuid=${NODE}`,
].flatMap((path) => VERSIONS.map((version) => get(path, version)));

const filters = [
  ...['maintenance=True', 'maintenance=maybe', 'associated=true', 'associated=5', `instance_uuid=${INSTANCE}`, 'instance_uuid=x'],
  ...['provision_state=enroll', 'provision_state=nonsense', 'driver=fake-hardware', 'driver=nothing', 'resource_class=baremetal', 'fault='],
  ...['fault=power%20failure', 'fault=nonsense', 'conductor_group=', 'conductor_group=x', 'owner=me', 'lessee=you', 'retired=false'],
  ...['description_contains=first', 'shard=a', 'sharded=true', 'project=x', `chassis_uuid=${CHASSIS}`, 'chassis_uuid=x'],
  ...['limit=1', 'limit=0', 'limit=-1', 'limit=x', `marker=${NODE}`, 'marker=x', `marker=${NOBODY}`, 'sort_key=name', 'sort_key=extra'],
  ...['sort_key=nonsense', 'sort_dir=desc', 'sort_dir=up', 'fields=uuid,name', 'fields=nonsense', 'fields=', 'detail=True', 'detail=maybe'],
  ...['fields=uuid&detail=True', 'unknown=1', 'limit=1&fields=name', 'conductor={host}', 'include_children=true', 'parent_node=n1'],
].flatMap((query) => [get(`/v1/nodes?${query}`), get(`/v1/nodes/detail?${query}`)]);

const createBodies: readonly unknown[] = [
  ...[{}, { driver: null }, { driver: 5 }, { driver: '' }, { driver: 'nothing' }, [], 'not json', '', '5', 'null'],
  ...['name with blank', 'n1', '', 5, NOBODY, 'a'.repeat(256), 'detail', 'maintenance', 'ok.name-1_~'].map((name) => ({ name })),
  ...[{ uuid: 'x' }, { uuid: NODE }, { id: 5 }, { unknown: 1 }, { created_at: 'now' }, { provision_state: 'active' }],
  ...[{ properties: 5 }, { properties: null }, { properties: { cpus: -1 } }, { properties: { local_gb: 'x' } }, { extra: [] }],
  ...[{ driver_info: 'x' }, { instance_info: 5 }, { instance_uuid: 'x' }, { instance_uuid: INSTANCE }, { chassis_uuid: NOBODY }],
  ...[
    { chassis_uuid: 'x' },
    { resource_class: 5 },
    { resource_class: 'r'.repeat(81) },
    { conductor_group: 'a b' },
    { conductor_group: 'X' },
  ],
  ...[{ automated_clean: 'yes' }, { automated_clean: 'maybe' }, { protected: true }, { retired: true }, { owner: 5 }, { lessee: 'x' }],
  ...[{ description: 'd'.repeat(5000) }, { traits: ['CUSTOM_A'] }, { power_interface: 'nothing' }, { power_interface: 'fake' }],
  ...[{ boot_interface: null }, { network_interface: 'flat' }, { network_data: {} }, { network_data: { links: [] } }, { shard: 's' }],
  ...[{ maintenance: true }, { last_error: 'x' }, { allocation_uuid: NOBODY }, { boot_mode: 'uefi' }, { firmware_interface: 'fake' }],
];
const creates = createBodies.map((body) => {
  const whole = typeof body === 'object' && body !== null && !Array.isArray(body) && !('driver' in body) && Object.keys(body).length > 0;
  return request('POST', '/v1/nodes', whole ? { driver: 'fake-hardware', ...body } : body);
});
/** The same field may be new at one version and unknown at an older one. */
const oldCreates = [
  ...[{ name: 'old' }, { resource_class: 'x' }, { owner: 'x' }, { power_interface: 'fake' }, { description: 'x' }, { lessee: 'x' }],
  ...[{ automated_clean: true }, { conductor_group: 'x' }, { network_data: { links: [] } }, { shard: 'x' }, { raid_interface: 'fake' }],
].map((body) => request('POST', '/v1/nodes', { driver: 'fake-hardware', ...body }, 4));

const path = `/v1/nodes/${OTHER}`;
const patches = many('PATCH', path, [
  ...[{}, [], [{}], 'x', [{ op: 'move', path: '/extra/a', from: '/extra/b' }], [{ op: 'test', path: '/extra/a', value: 1 }]],
  ...[[{ op: 'add', path: '/extra/a' }], [{ op: 'add', path: 'extra', value: {} }], [{ op: 'add', path: '', value: {} }]],
  [op('/extra/a', 1)],
  [op('/extra/b/c', 1)],
  [op('/extra/b', { c: 1 })],
  [op('/extra/b/c', 2, 'replace')],
  [op('/extra/nothing', 2, 'replace')],
  [{ op: 'remove', path: '/extra/nothing' }],
  [{ op: 'remove', path: '/extra/a' }],
  [op('/extra', 5)],
  [op('/extra', null)],
  [op('/extra/list', [1])],
  [op('/extra/list/-', 2)],
  [op('/extra/list/0', 3)],
  [op('/extra/list/9', 3)],
  [op('/uuid', NOBODY)],
  [op('/id', 5)],
  [op('/unknown', 5)],
  [op('/provision_state', 'active')],
  [op('/power_state', 'power on')],
  [op('/created_at', 'x')],
  [op('/links', [])],
  [op('/traits', ['CUSTOM_A'])],
  [op('/reservation', 'x')],
  [op('/last_error', 'x')],
  [op('/name', 'n1')],
  [op('/name', 'bad name')],
  [op('/name', null)],
  [op('/name', 'n2-new', 'replace')],
  [{ op: 'remove', path: '/name' }],
  [op('/name', 'n2')],
  [op('/instance_uuid', INSTANCE)],
  [op('/instance_uuid', NOBODY)],
  [op('/instance_uuid', 'x')],
  [{ op: 'remove', path: '/instance_uuid' }],
  [{ op: 'remove', path: '/instance_uuid' }, op('/extra/z', 1)],
  [op('/driver', 'nothing')],
  [op('/driver', null)],
  [{ op: 'remove', path: '/driver' }],
  [op('/power_interface', 'nothing')],
  [op('/raid_interface', 'no-raid')],
  [{ op: 'remove', path: '/raid_interface' }],
  [op('/chassis_uuid', NOBODY)],
  [op('/chassis_uuid', CHASSIS)],
  [{ op: 'remove', path: '/chassis_uuid' }],
  [op('/maintenance', true)],
  [op('/maintenance', 'False')],
  [op('/protected', true)],
  [op('/protected_reason', 'x')],
  [op('/retired', 'True')],
  [op('/retired_reason', 'x')],
  [op('/retired', false)],
  [op('/automated_clean', 'False')],
  [op('/automated_clean', 'maybe')],
  [op('/network_data', {})],
  [op('/network_data', { links: [], networks: [], services: [] })],
  [op('/conductor_group', 'a b')],
  [op('/conductor_group', 'nobody-serves-it')],
  [op('/owner', 'x'), op('/lessee', 'y'), op('/description', 'z')],
  [{ op: 'remove', path: '/owner' }],
  [op('/description', 'd'.repeat(5000))],
  [op('/resource_class', 'new')],
  [op('/shard', 's')],
  [op('/properties/capabilities', 'boot_mode:uefi')],
  [op('/driver_info/x', { password: 'p' })],
]);
const morePatches: CompatRequest[] = [
  request('PATCH', `/v1/nodes/${NOBODY}`, [op('/extra/a', 1)]),
  request('PATCH', '/v1/nodes', [op('/extra/a', 1)]),
  request('PATCH', '/v1/nodes/bad%20name', [op('/extra/a', 1)]),
  request('PATCH', `${path}?reset_interfaces=True`, [op('/extra/a', 1)]),
  request('PATCH', `${path}?reset_interfaces=True`, [op('/driver', 'fake-hardware')]),
  ...['/owner', '/description', '/shard', '/lessee', '/name', '/resource_class'].map((each) =>
    request('PATCH', path, [op(each, `v${each.length}`)], 4),
  ),
];

const provision = (body: unknown, version?: number): CompatRequest => ({
  ...request('PUT', `/v1/nodes/${NODE}/states/provision`, body, version),
  settles: NODE,
});
const states: CompatRequest[] = [
  ...[{}, [], { target: null }, { target: 'nonsense' }, { target: 5 }, { target: 'active' }, { target: 'provide' }].map((body) =>
    provision(body),
  ),
  provision({ target: 'manage' }, 3),
  provision({ target: 'manage' }),
  get(`/v1/nodes/${NODE}/states`),
  provision({ target: 'manage' }),
  provision({ target: 'clean' }),
  provision({ target: 'clean', clean_steps: [] }),
  provision({ target: 'clean', clean_steps: [{ interface: 'x', step: 'y' }] }),
  provision({ target: 'clean', clean_steps: [{ step: 'y' }] }),
  provision({ target: 'clean', clean_steps: [{ interface: 'bios', step: 'factory_reset' }] }),
  provision({ target: 'inspect' }),
  provision({ target: 'provide', configdrive: 'x' }),
  provision({ target: 'provide' }),
  provision({ target: 'active', configdrive: 5 }),
  provision({ target: 'active', configdrive: { nonsense: 1 } }),
  provision({ target: 'active', deploy_steps: [{ interface: 'bios', step: 'x' }] }),
  provision({ target: 'active', rescue_password: 'x' }),
  provision({ target: 'active', configdrive: { meta_data: { a: 'b' } } }),
  provision({ target: 'active' }),
  provision({ target: 'rescue' }),
  provision({ target: 'rescue', rescue_password: '' }),
  provision({ target: 'rescue', rescue_password: 'x' }),
  provision({ target: 'unrescue' }),
  provision({ target: 'abort' }),
  request('PATCH', `/v1/nodes/${NODE}`, [op('/protected', true), op('/protected_reason', 'x')]),
  provision({ target: 'deleted' }),
  request('DELETE', `/v1/nodes/${NODE}`),
  request('PATCH', `/v1/nodes/${NODE}`, [op('/protected', false)]),
  request('DELETE', `/v1/nodes/${NODE}`),
  provision({ target: 'rebuild' }),
  provision({ target: 'deleted' }),
  provision({ target: 'adopt' }),
  ...[{ target: 'power on' }, { target: 'power off' }, { target: 'rebooting' }, { target: 'soft power off' }, { target: 'soft rebooting' }]
    .concat([{ target: 'nonsense' }])
    .map((body) => ({ ...request('PUT', `/v1/nodes/${NODE}/states/power`, body), settles: NODE })),
  ...many('PUT', `/v1/nodes/${NODE}/states/power`, [{}, { target: 'power on', timeout: 0 }, { target: 'power on', timeout: 'x' }]),
  request('PUT', `/v1/nodes/${NODE}/states/power`, { target: 'soft power off' }, 20),
  ...many('PUT', `/v1/nodes/${NODE}/states/raid`, [{}, [], { logical_disks: [] }, { logical_disks: [{ size_gb: 5 }] }, { other: 1 }]),
  request('PUT', `/v1/nodes/${NODE}/states/raid`, { logical_disks: [{ size_gb: 100, raid_level: '1' }] }),
  ...many('PUT', `/v1/nodes/${NODE}/states/boot_mode`, [{ target: 'uefi' }, { target: 'x' }, {}]),
  ...many('PUT', `/v1/nodes/${NODE}/states/secure_boot`, [{ target: true }, { target: 'x' }, {}]),
  ...many('PUT', `/v1/nodes/${NODE}/states/console`, [{ enabled: 'x' }, {}]),
  ...many('PUT', `/v1/nodes/${NODE}/management/boot_device`, [
    { boot_device: 'pxe' },
    { boot_device: 'nonsense' },
    { boot_device: 'pxe', persistent: 'maybe' },
    {},
  ]),
  request('PUT', `/v1/nodes/${NODE}/management/inject_nmi`, {}),
  ...many('PUT', `/v1/nodes/${NODE}/maintenance`, [{}, { reason: 'x' }, { reason: 5 }, { unknown: 1 }]),
  request('DELETE', `/v1/nodes/${NODE}/maintenance`),
  get(`/v1/nodes/${NODE}/validate`),
  get(`/v1/nodes/validate?node=n1`),
  get('/v1/nodes/nobody/validate'),
  get(`/v1/nodes/${NODE}/states/provision`),
  get(`/v1/nodes/${NODE}/states/console`),
];

const traits: CompatRequest[] = [
  ...many('PUT', `/v1/nodes/${NODE}/traits`, [
    { traits: ['CUSTOM_A', 'HW_CPU_X86_VMX'] },
    { traits: ['bad'] },
    { traits: 'x' },
    {},
    { traits: [] },
  ]),
  request('PUT', `/v1/nodes/${NODE}/traits/CUSTOM_B`),
  request('PUT', `/v1/nodes/${NODE}/traits/bad`),
  request('PUT', `/v1/nodes/${NODE}/traits/CUSTOM_B`, { traits: ['CUSTOM_C'] }),
  get(`/v1/nodes/${NODE}/traits`),
  request('DELETE', `/v1/nodes/${NODE}/traits/CUSTOM_B`),
  request('DELETE', `/v1/nodes/${NODE}/traits/CUSTOM_B`),
  request('DELETE', `/v1/nodes/${NODE}/traits`),
  ...many('POST', `/v1/nodes/${NODE}/vifs`, [{ id: 'vif1' }, { id: 'vif1' }, {}, { id: 5 }, { id: 'a b' }]),
  get(`/v1/nodes/${NODE}/vifs`),
  request('DELETE', `/v1/nodes/${NODE}/vifs/vif1`),
  request('DELETE', `/v1/nodes/${NODE}/vifs/nothing`),
].map((each, index) => ({ ...each, label: `traits and vifs ${index}` }));

const ports: CompatRequest[] = [
  ...[
    {},
    { address: '52:54:00:00:00:02' },
    { node_uuid: NODE },
    { node_uuid: NOBODY, address: '52:54:00:00:00:02' },
    { node_uuid: 'n1', address: '52:54:00:00:00:02' },
    { node_uuid: NODE, address: 'x' },
    { node_uuid: NODE, address: '52:54:00:00:00:01' },
    { node_uuid: NODE, address: '52-54-00-00-00-0A' },
    { node_uuid: NODE, address: '5254000000AB' },
    { node_uuid: NODE, address: '52:54:00:00:00:03', unknown: 1 },
    { node_uuid: NODE, address: '52:54:00:00:00:04', pxe_enabled: 'false' },
    { node_uuid: NODE, address: '52:54:00:00:00:05', pxe_enabled: 'maybe' },
    { node_uuid: NODE, address: '52:54:00:00:00:06', local_link_connection: { switch_id: '0a:1b:2c:3d:4e:5f', port_id: 7 } },
    { node_uuid: NODE, address: '52:54:00:00:00:07', local_link_connection: { switch_id: '0a:1b:2c:3d:4e:5f', port_id: '7' } },
    { node_uuid: NODE, address: '52:54:00:00:00:08', local_link_connection: { switch_id: '0a:1b:2c:3d:4e:5f' } },
    { node_uuid: NODE, address: '52:54:00:00:00:09', local_link_connection: { nonsense: 'x' } },
    { node_uuid: NODE, address: '52:54:00:00:00:0b', local_link_connection: {} },
    { node_uuid: NODE, address: '52:54:00:00:00:0c', physical_network: 'n'.repeat(65) },
    { node_uuid: NODE, address: '52:54:00:00:00:0d', portgroup_uuid: NOBODY },
    { node_uuid: NODE, address: '52:54:00:00:00:0e', portgroup_uuid: GROUP },
    { node_uuid: NODE, address: '52:54:00:00:00:0f', is_smartnic: true },
    { node_uuid: NODE, address: '52:54:00:00:00:10', extra: 5 },
    { node_uuid: NODE, address: '52:54:00:00:00:11', name: 'x' },
    { node_uuid: NODE, address: '52:54:00:00:00:12', internal_info: {} },
  ].map((body) => request('POST', '/v1/ports', body)),
  ...[
    'address=52:54:00:00:00:01',
    'address=x',
    `node=${NODE}`,
    'node=n1',
    'node=nobody',
    `node_uuid=${NODE}`,
    'node_uuid=n1',
    'limit=1',
  ].map((query) => get(`/v1/ports?${query}`)),
  ...['fields=uuid,address', 'fields=nonsense', 'detail=True', 'sort_key=address', 'sort_key=nonsense', `portgroup=${GROUP}`].map((query) =>
    get(`/v1/ports?${query}`),
  ),
  get(`/v1/ports/detail?fields=uuid`),
  get(`/v1/ports/${NOBODY}`),
  get('/v1/ports/x'),
  ...many('PATCH', `/v1/ports/${PORT}`, [
    [op('/extra/b', 2)],
    [op('/address', 'x')],
    [op('/address', '52:54:00:00:00:21')],
    [{ op: 'remove', path: '/address' }],
    [op('/node_uuid', NOBODY)],
    [op('/node_uuid', OTHER)],
    [op('/node_uuid', NODE)],
    [op('/uuid', NOBODY)],
    [op('/pxe_enabled', 'False')],
    [{ op: 'remove', path: '/pxe_enabled' }],
    [op('/local_link_connection/port_id', 2)],
    [op('/local_link_connection', { switch_id: '0a:1b:2c:3d:4e:5f', port_id: '2' })],
    [op('/physical_network', 'net')],
    [{ op: 'remove', path: '/physical_network' }],
    [op('/is_smartnic', true)],
    [op('/unknown', 1)],
    [],
  ]),
  request('DELETE', '/v1/ports'),
  request('DELETE', `/v1/ports/${NOBODY}`),
  request('DELETE', '/v1/ports/x'),
];

const others: CompatRequest[] = [
  ...many('POST', '/v1/chassis', [
    {},
    { uuid: CHASSIS },
    { uuid: 'x' },
    { description: 5 },
    { description: 'd'.repeat(300) },
    { unknown: 1 },
  ]),
  ...many('PATCH', `/v1/chassis/${CHASSIS}`, [
    [op('/description', 'e')],
    [op('/extra/b', 1)],
    [op('/uuid', NOBODY)],
    [op('/unknown', 1)],
    [{ op: 'remove', path: '/description' }],
    [{ op: 'remove', path: '/extra/nothing' }],
  ]),
  get('/v1/chassis/x'),
  get(`/v1/chassis/${NOBODY}`),
  request('DELETE', `/v1/chassis/${CHASSIS}`),
  request('DELETE', `/v1/chassis/${NOBODY}`),
  ...many('POST', '/v1/portgroups', [
    {},
    { node_uuid: NODE, mode: 'x' },
    { node_uuid: NOBODY },
    { node_uuid: NODE, name: 'pg1' },
    { node_uuid: 'n1' },
  ]),
  ...many('PATCH', `/v1/portgroups/${GROUP}`, [[op('/name', 'pg2')], [op('/address', 'x')], [op('/mode', null)], [op('/unknown', 1)]]),
  get('/v1/portgroups/nobody'),
  ...many('POST', '/v1/deploy_templates', [
    {},
    { name: 'bad name', steps: [] },
    { name: 'CUSTOM_U', steps: [] },
    { name: 'CUSTOM_U', steps: [{ interface: 'x', step: 'y', args: {}, priority: 1 }] },
    { name: 'CUSTOM_U', steps: [{ interface: 'bios', step: 'y', args: {}, priority: -1 }] },
    { name: 'CUSTOM_T', steps: [{ interface: 'bios', step: 'y', args: {}, priority: 1 }] },
  ]),
  ...many('PATCH', `/v1/deploy_templates/${TEMPLATE}`, [
    [op('/extra/a', 1)],
    [op('/name', 'bad')],
    [op('/steps', [])],
    [{ op: 'remove', path: '/steps' }],
  ]),
  request('DELETE', `/v1/deploy_templates/${TEMPLATE}`),
  get(`/v1/deploy_templates/${TEMPLATE}`),
  ...[
    'nothing',
    'fake-hardware/nothing',
    'nothing/properties',
    'fake-hardware?fields=name',
    '?fields=name',
    '?type=dynamic',
    '?type=x',
  ].map((each) => get(`/v1/drivers${each.startsWith('?') ? '' : '/'}${each}`)),
  ...['{host}', 'nobody', '{host}?fields=alive', '{host}?fields=nonsense'].map((each) => get(`/v1/conductors/${each}`)),
  ...many('POST', '/v1/allocations', [
    {},
    { resource_class: 5 },
    { resource_class: 'x', unknown: 1 },
    { resource_class: 'nothing', name: 'a1' },
  ]),
  get('/v1/allocations/nobody'),
  request('POST', `/v1/heartbeat/${NODE}`, {}),
  request('POST', `/v1/heartbeat/${NOBODY}`, { callback_url: 'http://127.0.0.1:1' }),
  request('POST', `/v1/heartbeat/${NODE}`, { callback_url: 'http://127.0.0.1:1' }),
  get('/v1/lookup'),
  get('/v1/lookup?addresses=x'),
  get('/v1/lookup?addresses=52:54:00:00:00:99'),
  request('POST', '/v1/events', { events: [] }),
  request('POST', '/v1/events', { events: [{ event: 'nonsense' }] }),
];

const CONNECTOR = '88888888-8888-4888-8888-888888888888';
const TARGET = '88888888-8888-4888-8888-888888888889';
const volumes: CompatRequest[] = [
  ...many('POST', '/v1/volume/connectors', [
    { uuid: CONNECTOR, node_uuid: NODE, type: 'iqn', connector_id: 'iqn.2020-01.test:1' },
    { node_uuid: NODE, type: 'iqn', connector_id: 'iqn.2020-01.test:1' },
    { node_uuid: NODE, type: 'nonsense', connector_id: 'x' },
    { node_uuid: NODE, type: 'iqn' },
    { node_uuid: NOBODY, type: 'ip', connector_id: '127.0.0.1' },
    { node_uuid: 'n1', type: 'ip', connector_id: '127.0.0.1' },
    { type: 'ip', connector_id: '127.0.0.1' },
    {},
  ]),
  ...many('POST', '/v1/volume/targets', [
    { uuid: TARGET, node_uuid: NODE, volume_type: 'iscsi', boot_index: 0, volume_id: 'v1', properties: { a: 1 } },
    { node_uuid: NODE, volume_type: 'iscsi', boot_index: 0, volume_id: 'v2' },
    { node_uuid: NODE, volume_type: 'iscsi', boot_index: 'x', volume_id: 'v2' },
    { node_uuid: NODE, volume_type: 'iscsi', boot_index: -1, volume_id: 'v2' },
    { node_uuid: NODE, volume_type: 'iscsi', boot_index: 1 },
    { node_uuid: NOBODY, volume_type: 'iscsi', boot_index: 1, volume_id: 'v3' },
    {},
  ]),
  ...['connectors', 'targets'].flatMap((kind) => [
    ...[
      '',
      '?detail=True',
      `?node=${NODE}`,
      '?node=nobody',
      '?fields=uuid',
      '?fields=nonsense',
      '?detail=True&fields=uuid',
      '?limit=1',
    ].map((query) => get(`/v1/volume/${kind}${query}`)),
    get(`/v1/nodes/${NODE}/volume/${kind}`),
    get(`/v1/volume/${kind}/${NOBODY}`),
    get(`/v1/volume/${kind}/x`),
  ]),
  get(`/v1/volume/connectors/${CONNECTOR}`),
  get(`/v1/volume/targets/${TARGET}`),
  { ...request('PUT', `/v1/nodes/${NODE}/states/power`, { target: 'power off' }), settles: NODE, label: 'before changes of volumes' },
  ...many('PATCH', `/v1/volume/connectors/${CONNECTOR}`, [
    [op('/connector_id', 'iqn.2020-01.test:2')],
    [op('/extra/a', 1)],
    [op('/type', 'nonsense')],
    [op('/node_uuid', NOBODY)],
    [op('/unknown', 1)],
    [{ op: 'remove', path: '/connector_id' }],
  ]),
  ...many('PATCH', `/v1/volume/targets/${TARGET}`, [
    [op('/boot_index', 3)],
    [op('/boot_index', 'x')],
    [op('/properties/b', 1)],
    [op('/volume_id', 'v9')],
    [op('/unknown', 1)],
    [{ op: 'remove', path: '/volume_id' }],
  ]),
  request('DELETE', '/v1/volume/connectors/x'),
  request('DELETE', `/v1/volume/connectors/${CONNECTOR}`),
  request('DELETE', `/v1/volume/connectors/${CONNECTOR}`),
  request('DELETE', `/v1/volume/targets/${TARGET}`),
];

const passthru = `/v1/nodes/${NODE}/vendor_passthru`;
const vendor: CompatRequest[] = [
  ...many('POST', `${passthru}?method=third_method_sync`, [{ bar: 'meow' }, { bar: 'x' }, {}]),
  request('POST', `${passthru}/third_method_sync`, { bar: 'meow' }),
  { ...request('POST', `${passthru}?method=second_method`, { bar: 'kazoo' }), settles: NODE },
  request('POST', `${passthru}?method=nothing`, {}),
  request('PUT', `${passthru}?method=second_method`, { bar: 'kazoo' }),
  get(`${passthru}?method=second_method`),
  request('POST', passthru, {}),
  request('POST', '/v1/drivers/fake-hardware/vendor_passthru?method=nothing', {}),
];

const routing: CompatRequest[] = [
  get('/v1/nothing'),
  get('/v2'),
  get('/nothing'),
  get('/v1/nodes/'),
  get('/v1/nodes/n1/'),
  get('/v1/nodes/n1.json'),
  get('/v1/nodes.json'),
  get('/v1/nodes/n1/nothing'),
  get('/v1/nodes/n1/states/nothing'),
  get('/v1/nodes/a%20b'),
  get('/v1/nodes/%2F'),
  get(`/v1/nodes/${NOBODY}`),
  get('/v1/nodes/nobody'),
  get('/v1/nodes/n1?fields=uuid'),
  get('/v1/nodes/n1?fields=nonsense'),
  request('DELETE', '/v1/nodes'),
  request('DELETE', `/v1/nodes/${NOBODY}`),
  request('PUT', '/v1/nodes'),
  request('POST', '/v1/nodes/n1', {}),
  request('PUT', '/v1/nodes/n1', {}),
  request('POST', '/v1/drivers', {}),
  request('DELETE', '/v1/conductors/{host}'),
  request('PATCH', '/v1/drivers/fake-hardware', []),
  request('OPTIONS', '/v1/nodes'),
  request('HEAD', '/v1/nodes'),
  { ...request('POST', '/v1/nodes', '{"driver": '), label: 'cut off' },
  { ...request('POST', '/v1/nodes', 'driver=fake-hardware'), headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  { ...get('/v1/nodes'), headers: { accept: 'text/html' }, label: 'accepts text/html' },
  { ...get('/v1/nodes'), headers: { accept: 'application/xml' }, label: 'accepts application/xml' },
];

const ends: CompatRequest[] = [
  request('DELETE', `/v1/ports/${PORT}`),
  request('DELETE', '/v1/nodes/n1'),
  request('DELETE', '/v1/nodes/n1'),
  request('DELETE', `/v1/nodes/${OTHER}`),
].map((each, index) => ({ ...each, label: `end ${index}` }));

/** All of them; requests that are alike are told apart by their place. */
export const REQUESTS: readonly CompatRequest[] = numbered([
  ...make,
  ...versions,
  ...reads,
  ...filters,
  ...creates,
  ...oldCreates,
  ...patches,
  ...morePatches,
  ...states,
  ...traits,
  ...ports,
  ...others,
  ...volumes,
  ...vendor,
  ...routing,
  ...ends,
]);

/** Node whose rest is waited for. */
export { NODE };

function numbered(requests: readonly CompatRequest[]): CompatRequest[] {
  const seen = new Map<string, number>();
  return requests.map((each) => {
    const key = JSON.stringify([each.method, each.path, each.version, each.body, each.label]);
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return times === 1 ? each : { ...each, label: `${each.label ?? ''} time ${times}`.trim() };
  });
}
