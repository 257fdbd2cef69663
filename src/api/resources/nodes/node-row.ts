import type { JsonObject } from '../../../model/json.ts';
import { maskSecrets } from '../../../model/mask-secrets.ts';
import { type Node, newNodeDefaults } from '../../../model/node.ts';
import type { Row } from '../../fields/field.ts';

const MASKED = ['driver_info', 'driver_internal_info', 'instance_info'] as const;
const PLAIN = [
  'properties',
  'extra',
  'clean_step',
  'deploy_step',
  'service_step',
  'raid_config',
  'target_raid_config',
  'network_data',
] as const;

/** A node in the form lists read it in: JSON attributes as text, secrets masked. */
export function nodeRow(node: Node): Row {
  const row: Record<string, unknown> = { ...node, traits: JSON.stringify([...node.traits].sort()) };
  for (const name of MASKED) row[name] = JSON.stringify(maskSecrets(node[name], name));
  for (const name of PLAIN) row[name] = JSON.stringify(node[name] satisfies JsonObject);
  return row;
}

const COLUMNS: ReadonlySet<string> = new Set([
  ...Object.keys(newNodeDefaults()),
  'id',
  'uuid',
  'driver',
  'created_at',
  'updated_at',
  'reservation',
]);

const isColumn = (name: string): name is keyof Node & string => COLUMNS.has(name);

/** The columns of a view as the store names them. */
export function nodeColumns(columns: readonly string[]): (keyof Node)[] {
  return columns.filter(isColumn);
}
