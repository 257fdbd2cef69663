import type { Json } from '../../../model/json.ts';
import type { Field, ResourceTable } from '../../fields/field.ts';
import { isUuid } from '../../fields/identifier.ts';
import { invalid } from '../../http/error-replies.ts';
import { checkMac } from '../ports/port-fields.ts';

/** First version that takes events. */
export const EVENTS_SINCE = 54;

/** @throws INVALID_PARAMETER. */
function checkMacAddress(value: Json): string {
  try {
    return checkMac(value);
  } catch {
    throw invalid(`mac_address must be a MAC address of six colon-separated octets, not ${JSON.stringify(value)?.slice(0, 100)}`);
  }
}

/** The host of a binding is a UUID here. @throws INVALID_PARAMETER. */
function checkHost(value: Json): Json {
  if (typeof value === 'string' && isUuid(value)) return value;
  throw invalid(`binding:host_id must be a UUID, not ${JSON.stringify(value)?.slice(0, 100)}`);
}

const GIVEN = { since: EVENTS_SINCE, create: true, show: 'never' } as const;

const EVENT_FIELDS: readonly Field[] = [
  {
    name: 'event',
    type: 'string',
    ...GIVEN,
    required: true,
    values: ['network.bind_port', 'network.unbind_port', 'network.delete_port'],
  },
  { name: 'port_id', type: 'uuid', ...GIVEN, required: true },
  { name: 'mac_address', type: 'string', ...GIVEN, required: true, normalise: checkMacAddress },
  { name: 'status', type: 'string', ...GIVEN, required: true, maxLength: 255 },
  { name: 'device_id', type: 'uuid', ...GIVEN, nullable: true },
  { name: 'binding:host_id', type: 'string', ...GIVEN, nullable: true, normalise: checkHost },
  { name: 'binding:vnic_type', type: 'string', ...GIVEN, nullable: true, maxLength: 255 },
];

export const EVENT_TABLE: ResourceTable = {
  name: 'event',
  collection: 'events',
  key: 'port_id',
  fields: EVENT_FIELDS,
  fieldsSince: EVENTS_SINCE,
  newerSelected: 406,
};
