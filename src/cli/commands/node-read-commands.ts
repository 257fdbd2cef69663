import type { Command } from 'commander';
import type { JsonObject } from '../../model/json.ts';
import { withApiOptions, withService } from '../command-context.ts';
import { fieldTable, table } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';

const COLUMNS: readonly (readonly [field: string, heading: string])[] = [
  ['uuid', 'UUID'],
  ['name', 'Name'],
  ['instance_uuid', 'Instance'],
  ['power_state', 'Power'],
  ['provision_state', 'State'],
  ['maintenance', 'Maintenance'],
];
const LONG_COLUMNS: typeof COLUMNS = [
  ...COLUMNS,
  ['driver', 'Driver'],
  ['resource_class', 'Class'],
  ['conductor', 'Conductor'],
  ['reservation', 'Held by'],
  ['last_error', 'Last error'],
];

interface ListOptions {
  url?: string;
  json?: boolean;
  long?: boolean;
  fields?: string;
  limit?: string;
  state?: string;
  driver?: string;
  resourceClass?: string;
  conductorGroup?: string;
  owner?: string;
  fault?: string;
  maintenance?: boolean;
  associated?: boolean;
  unassociated?: boolean;
  retired?: boolean;
}

/** `wrought node list|show|validate|inventory` */
export function addNodeReadCommands(node: Command, terminal: Terminal): void {
  withApiOptions(node.command('list').description('list nodes'))
    .option('--long', 'more columns')
    .option('--fields <names>', 'these fields, separated by commas')
    .option('--limit <n>', 'at most so many')
    .option('--state <state>', 'in this provision state')
    .option('--driver <name>', 'of this hardware type')
    .option('--resource-class <name>', 'of this resource class')
    .option('--conductor-group <name>', 'of this conductor group')
    .option('--owner <project>', 'owned by this project')
    .option('--fault <kind>', 'with this fault')
    .option('--maintenance', 'in maintenance')
    .option('--associated', 'with an instance')
    .option('--unassociated', 'without an instance')
    .option('--retired', 'retired')
    .action((options: ListOptions) => listNodes(terminal, options));

  withApiOptions(node.command('show').description('show a node').argument('<node>', 'name or UUID'))
    .option('--fields <names>', 'these fields, separated by commas')
    .action((ident: string, options: { url?: string; json?: boolean; fields?: string }) =>
      withService(terminal, options, async ({ api, print }) => {
        const query = options.fields === undefined ? '' : `?fields=${encodeURIComponent(options.fields)}`;
        const shown = withoutLinks(await api.get(`/v1/nodes/${encodeURIComponent(ident)}${query}`));
        print(shown, () => fieldTable(shown));
      }),
    );

  withApiOptions(
    node.command('validate').description('check whether a node has what its interfaces need').argument('<node>', 'name or UUID'),
  ).action((ident: string, options: { url?: string; json?: boolean }) =>
    withService(terminal, options, async ({ api, print }) => {
      const answer = await api.get(`/v1/nodes/${encodeURIComponent(ident)}/validate`);
      const rows = Object.entries(answer).map(([kind, found]) => [kind, ...verdict(found)]);
      print(answer, () => table(['Interface', 'Result', 'Reason'], rows, terminal.columns));
    }),
  );

  withApiOptions(node.command('inventory').description('show what inspection found').argument('<node>', 'name or UUID')).action(
    (ident: string, options: { url?: string; json?: boolean }) =>
      withService(terminal, options, async ({ api, terminal: { out } }) => {
        const answer = await api.get(`/v1/nodes/${encodeURIComponent(ident)}/inventory`);
        out(`${JSON.stringify(answer, null, 2)}\n`);
      }),
  );
}

function listNodes(terminal: Terminal, options: ListOptions): Promise<void> {
  return withService(terminal, options, async ({ api, print }) => {
    const columns = columnsOf(options);
    const query = new URLSearchParams({ fields: columns.map(([field]) => field).join(',') });
    const filters: Record<string, string | undefined> = {
      provision_state: options.state,
      driver: options.driver,
      resource_class: options.resourceClass,
      conductor_group: options.conductorGroup,
      owner: options.owner,
      fault: options.fault,
      limit: options.limit,
      maintenance: options.maintenance ? 'true' : undefined,
      associated: options.associated ? 'true' : options.unassociated ? 'false' : undefined,
      retired: options.retired ? 'true' : undefined,
    };
    for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, value);
    const path = `/v1/nodes?${query}`;
    const nodes = (options.limit === undefined ? await api.list(path, 'nodes') : listOf((await api.get(path)).nodes)).map(withoutLinks);
    const rows = nodes.map((each) => columns.map(([field]) => each[field]));
    print(nodes, () =>
      table(
        columns.map(([, heading]) => heading),
        rows,
        terminal.columns,
      ),
    );
  });
}

function columnsOf(options: ListOptions): typeof COLUMNS {
  if (options.fields === undefined) return options.long ? LONG_COLUMNS : COLUMNS;
  return options.fields.split(',').map((field) => [field.trim(), field.trim()] as const);
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value : [];
}

function withoutLinks(node: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(node).filter(([field, value]) => !(field === 'links' || isLinkList(value))));
}

/** Sub-resources come as lists of links. */
function isLinkList(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => typeof item === 'object' && item !== null && 'href' in item && 'rel' in item)
  );
}

function verdict(found: unknown): [result: string, reason: string] {
  if (typeof found !== 'object' || found === null || !('result' in found)) return ['', ''];
  const reason = 'reason' in found && typeof found.reason === 'string' ? found.reason : '';
  return [found.result === true ? 'good' : found.result === false ? 'bad' : 'not supported', reason];
}
