import type { Command } from 'commander';
import { INTERFACE_KINDS } from '../../model/interface-kind.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { UsageError } from '../cli-error.ts';
import { withApiOptions, withService } from '../command-context.ts';
import { collect, parseKeyValues, parsePair, readJsonArgument } from '../key-values.ts';
import { fieldTable } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';

const INTERFACES = [...INTERFACE_KINDS].sort();

/** Options that set one field each: option name to field and kind of value. */
const FIELDS: Readonly<Record<string, { field: string; kind: 'text' | 'boolean'; what: string }>> = {
  name: { field: 'name', kind: 'text', what: 'name of the node' },
  driver: { field: 'driver', kind: 'text', what: 'hardware type' },
  resourceClass: { field: 'resource_class', kind: 'text', what: 'resource class' },
  conductorGroup: { field: 'conductor_group', kind: 'text', what: 'conductor group' },
  instanceUuid: { field: 'instance_uuid', kind: 'text', what: 'UUID of the instance' },
  instanceName: { field: 'instance_name', kind: 'text', what: 'name of the instance' },
  chassis: { field: 'chassis_uuid', kind: 'text', what: 'UUID of the chassis' },
  owner: { field: 'owner', kind: 'text', what: 'project that owns the node' },
  lessee: { field: 'lessee', kind: 'text', what: 'project that uses the node' },
  shard: { field: 'shard', kind: 'text', what: 'shard' },
  parentNode: { field: 'parent_node', kind: 'text', what: 'UUID of the parent node' },
  description: { field: 'description', kind: 'text', what: 'free text' },
  automatedClean: { field: 'automated_clean', kind: 'boolean', what: 'whether the node is cleaned automatically' },
  protected: { field: 'protected', kind: 'boolean', what: 'whether the instance may not be removed' },
  protectedReason: { field: 'protected_reason', kind: 'text', what: 'why it is protected' },
  retired: { field: 'retired', kind: 'boolean', what: 'whether the node leaves service after its instance' },
  retiredReason: { field: 'retired_reason', kind: 'text', what: 'why it is retired' },
  disablePowerOff: { field: 'disable_power_off', kind: 'boolean', what: 'never power the node off' },
};

/** Options that set entries of an object field. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  driverInfo: 'driver_info',
  property: 'properties',
  instanceInfo: 'instance_info',
  extra: 'extra',
};

type Options = Record<string, string | string[] | boolean | undefined> & { url?: string; json?: boolean };

/** `wrought node create|set|unset|delete` */
export function addNodeWriteCommands(node: Command, terminal: Terminal): void {
  const create = node.command('create').description('enrol a node').option('--uuid <uuid>', 'UUID to give it');
  withApiOptions(withFieldOptions(create)).action((options: Options) =>
    withService(terminal, options, async ({ api, print }) => {
      if (options.driver === undefined) throw new UsageError('--driver is needed; `wrought driver list` names the hardware types');
      const created = await api.post('/v1/nodes', await createBody(options));
      print(created, () => fieldTable(pick(created, ['uuid', 'name', 'driver', 'provision_state'])));
    }),
  );

  const set = node.command('set').description('change fields of a node').argument('<node>', 'name or UUID');
  set.option('--reset-interfaces', 'with --driver: interfaces that are not named become the defaults of the new hardware type');
  withApiOptions(withFieldOptions(set)).action((ident: string, options: Options) =>
    withService(terminal, options, async ({ api, print }) => {
      const patch = await setPatch(options);
      if (patch.length === 0) throw new UsageError('name at least one field to set');
      const query = options.resetInterfaces === true ? '?reset_interfaces=true' : '';
      const changed = await api.patch(`/v1/nodes/${encodeURIComponent(ident)}${query}`, patch);
      print(changed, () => fieldTable(pick(changed, ['uuid', 'name', ...patch.map(({ path }) => path.split('/')[1] ?? '')])));
    }),
  );

  withApiOptions(
    node
      .command('unset')
      .description('give fields of a node their defaults')
      .argument('<node>', 'name or UUID')
      .argument('<field...>', 'such as owner, driver_info/redfish_verify_ca, properties/memory_mb'),
  ).action((ident: string, fields: string[], options: Options) =>
    withService(terminal, options, async ({ api, print }) => {
      const patch = fields.map((field) => ({ op: 'remove', path: `/${field.replace(/^\//, '')}` }));
      const changed = await api.patch(`/v1/nodes/${encodeURIComponent(ident)}`, patch);
      print(changed, () => fieldTable(pick(changed, ['uuid', 'name', ...fields.map((field) => field.split('/')[0] ?? '')])));
    }),
  );

  withApiOptions(node.command('delete').description('remove nodes from the inventory').argument('<node...>', 'names or UUIDs')).action(
    (idents: string[], options: Options) =>
      withService(terminal, options, async ({ api, print }) => {
        for (const ident of idents) await api.delete(`/v1/nodes/${encodeURIComponent(ident)}`);
        print({ deleted: idents }, () => idents.map((ident) => `deleted node ${ident}\n`).join(''));
      }),
  );
}

function withFieldOptions(command: Command): Command {
  for (const [name, { kind, what }] of Object.entries(FIELDS))
    command.option(`--${dashed(name)} <${kind === 'boolean' ? 'true|false' : 'text'}>`, what);
  for (const [name, field] of Object.entries(DOCUMENTS))
    command.option(`--${dashed(name)} <name=value>`, `entry of ${field}; may be repeated, JSON values are sent typed`, collect);
  for (const kind of INTERFACES) command.option(`--${kind}-interface <name>`, `${kind} interface`);
  return command.option('--network-data <json>', 'network data, JSON or @FILE');
}

async function createBody(options: Options): Promise<JsonObject> {
  const body: JsonObject = { ...scalars(options) };
  if (typeof options.uuid === 'string') body.uuid = options.uuid;
  for (const [name, field] of Object.entries(DOCUMENTS)) {
    const pairs = options[name];
    if (Array.isArray(pairs)) body[field] = parseKeyValues(pairs, `--${dashed(name)}`);
  }
  if (typeof options.networkData === 'string') body.network_data = await readJsonArgument(options.networkData, '--network-data');
  return body;
}

async function setPatch(options: Options): Promise<{ op: string; path: string; value: Json }[]> {
  const patch = Object.entries(scalars(options)).map(([field, value]) => ({ op: 'add', path: `/${field}`, value }));
  for (const [name, field] of Object.entries(DOCUMENTS)) {
    const pairs = options[name];
    if (!Array.isArray(pairs)) continue;
    for (const [key, value] of pairs.map((pair) => parsePair(pair, `--${dashed(name)}`)))
      patch.push({ op: 'add', path: `/${field}/${key.replaceAll('~', '~0')}`, value });
  }
  if (typeof options.networkData === 'string')
    patch.push({ op: 'add', path: '/network_data', value: await readJsonArgument(options.networkData, '--network-data') });
  return patch;
}

function scalars(options: Options): Record<string, Json> {
  const values: Record<string, Json> = {};
  for (const [name, { field, kind }] of Object.entries(FIELDS)) {
    const given = options[name];
    if (typeof given === 'string') values[field] = kind === 'boolean' ? parseBoolean(given, `--${dashed(name)}`) : given;
  }
  for (const kind of INTERFACES) {
    const given = options[`${kind}Interface`];
    if (typeof given === 'string') values[`${kind}_interface`] = given;
  }
  return values;
}

function parseBoolean(text: string, option: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new UsageError(`${option} must be true or false, found "${text}"`);
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function pick(node: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries([...new Set(fields)].map((field) => [field, node[field]]));
}
