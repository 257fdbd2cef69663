import type { Command } from 'commander';
import type { JsonObject } from '../../model/json.ts';
import { UsageError } from '../cli-error.ts';
import { withApiOptions, withService } from '../command-context.ts';
import { collect, parseKeyValues } from '../key-values.ts';
import { fieldTable, table } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';

interface PortOptions {
  url?: string;
  json?: boolean;
  node?: string;
  address?: string;
  name?: string;
  physicalNetwork?: string;
  pxeEnabled?: string;
  localLink?: string[];
  extra?: string[];
}

/** `wrought port list|show|create|set|delete` */
export function addPortCommands(program: Command, terminal: Terminal): void {
  const port = program.command('port').description('network ports of nodes');

  withApiOptions(port.command('list').description('list ports'))
    .option('--node <node>', 'of this node')
    .option('--address <mac>', 'with this MAC address')
    .action((options: PortOptions) =>
      withService(terminal, options, async ({ api, print }) => {
        const query = new URLSearchParams({ fields: 'uuid,address,node_uuid,pxe_enabled,physical_network' });
        if (options.node !== undefined) query.set('node', options.node);
        if (options.address !== undefined) query.set('address', options.address);
        const ports = (await api.list(`/v1/ports?${query}`, 'ports')).map(withoutLinks);
        const rows = ports.map((each) => [each.uuid, each.address, each.node_uuid, each.pxe_enabled, each.physical_network]);
        print(ports, () => table(['UUID', 'Address', 'Node', 'Boots', 'Physical network'], rows, terminal.columns));
      }),
    );

  withApiOptions(port.command('show').description('show a port').argument('<port>', 'UUID or name')).action(
    (ident: string, options: PortOptions) =>
      withService(terminal, options, async ({ api, print }) => {
        const shown = withoutLinks(await api.get(`/v1/ports/${encodeURIComponent(ident)}`));
        print(shown, () => fieldTable(shown));
      }),
  );

  withFields(
    withApiOptions(port.command('create').description('add a port').argument('<mac>', 'MAC address')).requiredOption(
      '--node <node>',
      'name or UUID of its node',
    ),
  ).action((address: string, options: PortOptions) =>
    withService(terminal, options, async ({ api, print }) => {
      const node = await api.get(`/v1/nodes/${encodeURIComponent(options.node ?? '')}?fields=uuid`);
      const created = withoutLinks(await api.post('/v1/ports', { address, node_uuid: node.uuid, ...fieldsOf(options) }));
      print(created, () => fieldTable({ uuid: created.uuid, address: created.address, node_uuid: created.node_uuid }));
    }),
  );

  withFields(withApiOptions(port.command('set').description('change a port').argument('<port>', 'UUID or name')))
    .option('--address <mac>', 'MAC address')
    .action((ident: string, options: PortOptions) =>
      withService(terminal, options, async ({ api, print }) => {
        const fields = { ...fieldsOf(options), ...(options.address === undefined ? {} : { address: options.address }) };
        const patch = Object.entries(fields).flatMap(([field, value]) => patchOf(field, value));
        if (patch.length === 0) throw new UsageError('name at least one field to set');
        const changed = withoutLinks(await api.patch(`/v1/ports/${encodeURIComponent(ident)}`, patch));
        print(changed, () => fieldTable(changed));
      }),
    );

  withApiOptions(port.command('delete').description('remove ports').argument('<port...>', 'UUIDs or names')).action(
    (idents: string[], options: PortOptions) =>
      withService(terminal, options, async ({ api, print }) => {
        for (const ident of idents) await api.delete(`/v1/ports/${encodeURIComponent(ident)}`);
        print({ deleted: idents }, () => idents.map((ident) => `deleted port ${ident}\n`).join(''));
      }),
  );
}

function withFields(command: Command): Command {
  return command
    .option('--name <text>', 'name')
    .option('--physical-network <name>', 'physical network')
    .option('--pxe-enabled <true|false>', 'whether the machine boots from it')
    .option('--local-link <name=value>', 'entry of local_link_connection; may be repeated', collect)
    .option('--extra <name=value>', 'entry of extra; may be repeated', collect);
}

function fieldsOf(options: PortOptions): JsonObject {
  const fields: JsonObject = {};
  if (options.name !== undefined) fields.name = options.name;
  if (options.physicalNetwork !== undefined) fields.physical_network = options.physicalNetwork;
  if (options.pxeEnabled !== undefined) {
    if (!['true', 'false'].includes(options.pxeEnabled))
      throw new UsageError(`--pxe-enabled must be true or false, found "${options.pxeEnabled}"`);
    fields.pxe_enabled = options.pxeEnabled === 'true';
  }
  if (options.localLink !== undefined) fields.local_link_connection = parseKeyValues(options.localLink, '--local-link');
  if (options.extra !== undefined) fields.extra = parseKeyValues(options.extra, '--extra');
  return fields;
}

/** Entries of objects are added one by one, so that others stay. */
function patchOf(field: string, value: JsonObject[string]): { op: string; path: string; value: (JsonObject[string] & {}) | null }[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.entries(value).map(([key, item]) => ({ op: 'add', path: `/${field}/${key}`, value: item ?? null }));
  return [{ op: 'add', path: `/${field}`, value: value ?? null }];
}

function withoutLinks({ links, ...rest }: JsonObject): JsonObject {
  return rest;
}
