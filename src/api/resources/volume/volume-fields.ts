import { maskSecrets } from '../../../model/mask-secrets.ts';
import type { VolumeConnector, VolumeTarget } from '../../../model/volume.ts';
import type { Field, ResourceTable, Row } from '../../fields/field.ts';
import { linkPair } from '../../fields/render-value.ts';

/** First version with volumes. */
export const VOLUME_SINCE = 32;

const WRITE = { create: true, patch: true } as const;
const KEY = { since: VOLUME_SINCE, ...WRITE, required: true, show: 'yes', sortable: true } as const;

const common = (collection: string, own: readonly Field[]): Field[] => [
  { name: 'uuid', type: 'uuid', since: VOLUME_SINCE, create: true, show: 'yes', sortable: true },
  // Removing it means nothing, so null has to come through to the route.
  { name: 'node_uuid', type: 'uuid', since: VOLUME_SINCE, ...WRITE, required: true, show: 'yes', nullable: true },
  ...own,
  {
    name: 'links',
    type: 'links',
    since: VOLUME_SINCE,
    show: 'yes',
    render: (row, { base }) => linkPair(base, `volume/${collection}`, String(row.uuid)),
  },
  { name: 'created_at', type: 'datetime', since: VOLUME_SINCE, show: 'detail', sortable: true },
  { name: 'updated_at', type: 'datetime', since: VOLUME_SINCE, show: 'detail', nullable: true, sortable: true },
  { name: 'extra', type: 'object', since: VOLUME_SINCE, ...WRITE, show: 'detail', default: {} },
];

const table = (name: string, collection: string, own: readonly Field[]): ResourceTable => ({
  name,
  collection,
  key: 'uuid',
  fields: common(collection, own),
  fieldsSince: VOLUME_SINCE,
  newerSelected: 406,
});

export const VOLUME_CONNECTOR_TABLE = table('volume connector', 'connectors', [
  { name: 'type', type: 'string', ...KEY, minLength: 1, maxLength: 255 },
  { name: 'connector_id', type: 'string', ...KEY, minLength: 1, maxLength: 255 },
]);

export const VOLUME_TARGET_TABLE = table('volume target', 'targets', [
  { name: 'volume_type', type: 'string', ...KEY, minLength: 1, maxLength: 255 },
  { name: 'boot_index', type: 'strict-integer', ...KEY },
  { name: 'volume_id', type: 'string', ...KEY, minLength: 1, maxLength: 255 },
  { name: 'properties', type: 'object', since: VOLUME_SINCE, ...WRITE, show: 'detail', default: {} },
]);

/** A connector in the form the renderer reads. */
export const volumeConnectorRow = (connector: VolumeConnector): Row => ({ ...connector, extra: JSON.stringify(connector.extra) });

/** A target in the form the renderer reads; secrets of its properties are masked. */
export const volumeTargetRow = (target: VolumeTarget): Row => ({
  ...target,
  extra: JSON.stringify(target.extra),
  properties: JSON.stringify(maskSecrets(target.properties)),
});
