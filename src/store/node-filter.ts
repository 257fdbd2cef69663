import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { Database } from './database.ts';
import type { NodeFilter } from './store.ts';

type Builder = ExpressionBuilder<Database, 'nodes'>;

/** The conditions of a filter on `nodes`; all must hold. An empty list of values matches nothing. */
export function nodeConditions(eb: Builder, filter: NodeFilter): Expression<SqlBool>[] {
  const conditions: Expression<SqlBool>[] = [];
  const equals = (
    column:
      | 'instance_uuid'
      | 'instance_name'
      | 'provision_state'
      | 'driver'
      | 'resource_class'
      | 'conductor_group'
      | 'fault'
      | 'owner'
      | 'lessee'
      | 'chassis_uuid'
      | 'parent_node',
    value: string | undefined,
  ): void => {
    if (value !== undefined) conditions.push(eb(sql.ref(`nodes.${column}`), '=', value));
  };
  const oneOf = (column: 'uuid' | 'shard' | 'provision_state', values: readonly string[] | undefined): void => {
    if (values === undefined) return;
    // A list as one parameter would do as well, but differs by database; thousands of UUIDs are within both limits.
    conditions.push(values.length === 0 ? sql<SqlBool>`1 = 0` : sql<SqlBool>`${sql.ref(`nodes.${column}`)} in (${sql.join(values)})`);
  };
  const isSet = (column: 'instance_uuid' | 'shard' | 'reservation', wanted: boolean | undefined): void => {
    if (wanted !== undefined) conditions.push(eb(`nodes.${column}`, wanted ? 'is not' : 'is', null));
  };
  const isTrue = (column: 'maintenance' | 'retired', wanted: boolean | undefined): void => {
    // Written out, not as a parameter, so that the partial indexes are seen to fit.
    if (wanted !== undefined) conditions.push(wanted ? sql<SqlBool>`${sql.ref(column)} = 1` : sql<SqlBool>`${sql.ref(column)} = 0`);
  };

  oneOf('uuid', filter.uuids);
  equals('instance_uuid', filter.instanceUuid);
  equals('instance_name', filter.instanceName);
  isSet('instance_uuid', filter.associated);
  isTrue('maintenance', filter.maintenance);
  isTrue('retired', filter.retired);
  equals('provision_state', filter.provisionState);
  oneOf('provision_state', filter.provisionStates);
  equals('driver', filter.driver);
  equals('resource_class', filter.resourceClass);
  equals('conductor_group', filter.conductorGroup);
  equals('fault', filter.fault);
  equals('owner', filter.owner);
  equals('lessee', filter.lessee);
  equals('chassis_uuid', filter.chassisUuid);
  oneOf('shard', filter.shards);
  isSet('shard', filter.sharded);
  equals('parent_node', filter.parentNode);
  isSet('reservation', filter.reserved);
  if (filter.includeChildren === false) conditions.push(eb('nodes.parent_node', 'is', null));
  if (filter.project !== undefined)
    conditions.push(eb.or([eb('nodes.owner', '=', filter.project), eb('nodes.lessee', '=', filter.project)]));
  if (filter.descriptionContains !== undefined) conditions.push(contains('nodes.description_folded', filter.descriptionContains));
  for (const trait of filter.traits ?? []) conditions.push(sql<SqlBool>`nodes.traits like ${likePattern(`"${trait}"`)} escape '\\'`);
  if (filter.provisionUpdatedBefore !== undefined) conditions.push(eb('nodes.provision_updated_at', '<', filter.provisionUpdatedBefore));
  if (filter.inspectionStartedBefore !== undefined) conditions.push(eb('nodes.inspection_started_at', '<', filter.inspectionStartedBefore));
  return conditions;
}

/** A search without case for `text`, taken literally, in a column that holds folded text. */
export function contains(column: string, text: string): Expression<SqlBool> {
  return sql<SqlBool>`${sql.ref(column)} like ${likePattern(text.toLowerCase())} escape '\\'`;
}

function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
