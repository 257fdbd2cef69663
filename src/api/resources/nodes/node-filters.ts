import type { Fault } from '../../../model/node.ts';
import { isProvisionState } from '../../../model/states.ts';
import type { NodeFilter } from '../../../store/store.ts';
import type { ApiDependencies } from '../../api-dependencies.ts';
import { invalid, notFound } from '../../http/error-replies.ts';
import type { Parameters, Values } from '../../http/parameter.ts';

const FAULTS: readonly Fault[] = ['power failure', 'clean failure', 'rescue abort failure', 'service failure'];

/** Filters of node lists. `include_children` and `parent_node` are gated on the plain list only. */
export const NODE_FILTERS = {
  instance_uuid: { type: 'uuid' },
  chassis_uuid: { type: 'uuid' },
  associated: { type: 'boolean' },
  maintenance: { type: 'boolean' },
  retired: { type: 'boolean' },
  project: { type: 'string' },
  description_contains: { type: 'string' },
  provision_state: { type: 'string', since: 9 },
  driver: { type: 'string', since: 16 },
  resource_class: { type: 'string', since: 21 },
  fault: { type: 'string', since: 42 },
  conductor_group: { type: 'string', since: 46 },
  conductor: { type: 'string', since: 49 },
  owner: { type: 'string', since: 50 },
  lessee: { type: 'string', since: 65 },
  shard: { type: 'list', since: 82 },
  sharded: { type: 'boolean', since: 82 },
  include_children: { type: 'boolean', since: 83 },
  parent_node: { type: 'string', since: 83 },
  instance_name: { type: 'string', since: 104 },
} as const satisfies Parameters;

/**
 * The store's filter for a list request. @throws INVALID_PARAMETER for values outside their enumeration, NOT_FOUND for an unknown
 * chassis.
 */
export async function nodeFilter(values: Values<typeof NODE_FILTERS>, { store, conductor }: ApiDependencies): Promise<NodeFilter> {
  const filter: NodeFilter = {};
  if (values.instance_uuid !== undefined) filter.instanceUuid = values.instance_uuid;
  if (values.instance_name !== undefined) filter.instanceName = values.instance_name;
  if (values.associated !== undefined) filter.associated = values.associated;
  if (values.maintenance !== undefined) filter.maintenance = values.maintenance;
  if (values.retired !== undefined) filter.retired = values.retired;
  if (values.project !== undefined) filter.project = values.project;
  if (values.description_contains !== undefined) filter.descriptionContains = values.description_contains;
  if (values.driver !== undefined) filter.driver = values.driver;
  if (values.resource_class !== undefined) filter.resourceClass = values.resource_class;
  if (values.conductor_group !== undefined) filter.conductorGroup = values.conductor_group.toLowerCase();
  if (values.owner !== undefined) filter.owner = values.owner;
  if (values.lessee !== undefined) filter.lessee = values.lessee;
  if (values.shard !== undefined && values.shard.length > 0) filter.shards = values.shard;
  if (values.sharded !== undefined) filter.sharded = values.sharded;
  if (values.parent_node !== undefined) filter.parentNode = values.parent_node;
  // Children are left out unless they are asked for, all or those of one parent.
  if (!values.include_children && values.parent_node === undefined) filter.includeChildren = false;
  if (values.provision_state !== undefined) filter.provisionState = provisionState(values.provision_state);
  if (values.fault !== undefined) filter.fault = fault(values.fault);
  if (values.chassis_uuid !== undefined) {
    if (!(await store.chassis.getByUuid(values.chassis_uuid))) throw notFound(`Chassis ${values.chassis_uuid} could not be found`);
    filter.chassisUuid = values.chassis_uuid;
  }
  if (values.conductor !== undefined) {
    // The mapping is computed, so the nodes are found before paging: a page is never short.
    const host = values.conductor;
    const placements = await store.nodes.placements();
    filter.uuids = placements.filter((placement) => conductor.conductorOf(placement) === host).map((placement) => placement.uuid);
  }
  return filter;
}

function provisionState(text: string): NonNullable<NodeFilter['provisionState']> {
  if (isProvisionState(text)) return text;
  throw invalid(`provision_state ${JSON.stringify(text.slice(0, 100))} is not a provision state`);
}

function fault(text: string): Fault {
  const known = FAULTS.find((each) => each === text);
  if (known) return known;
  throw invalid(`fault must be one of ${FAULTS.join(', ')}, not ${JSON.stringify(text.slice(0, 100))}`);
}
