import { MAX_VERSION, MIN_VERSION } from '../http/api-version.ts';

const DOCUMENTATION = 'https://docs.openstack.org/ironic/latest/contributor/webapi.html';

/** Collections of `/v1` and the version that announces them. */
const COLLECTIONS: readonly (readonly [name: string, since: number])[] = [
  ['chassis', 1],
  ['nodes', 1],
  ['ports', 1],
  ['drivers', 1],
  ['lookup', 22],
  ['heartbeat', 22],
  ['portgroups', 23],
  ['volume', 32],
  ['conductors', 49],
  ['allocations', 52],
  ['events', 54],
  ['deploy_templates', 55],
  ['shards', 82],
  ['continue_inspection', 84],
  ['runbooks', 92],
  ['inspection_rules', 96],
];

function versionObject(base: string): object {
  return {
    id: 'v1',
    links: [{ href: `${base}/v1/`, rel: 'self' }],
    status: 'CURRENT',
    min_version: MIN_VERSION,
    version: MAX_VERSION,
  };
}

/** The document at `/`. */
export function rootDocument(base: string): object {
  const version = versionObject(base);
  return {
    name: 'OpenStack Ironic API',
    description: 'Bare Metal API, served by Wrought',
    default_version: version,
    versions: [version],
  };
}

/** The document at `/v1`: names the collections of the version. */
export function v1Document(base: string, minor: number): object {
  const collections = COLLECTIONS.filter(([, since]) => since <= minor).map(([name]) => [
    name,
    [
      { href: `${base}/v1/${name}/`, rel: 'self' },
      { href: `${base}/${name}/`, rel: 'bookmark' },
    ],
  ]);
  return {
    id: 'v1',
    links: [
      { href: `${base}/v1/`, rel: 'self' },
      { href: DOCUMENTATION, rel: 'describedby', type: 'text/html' },
    ],
    media_types: { base: 'application/json', type: 'application/vnd.openstack.ironic.v1+json' },
    version: versionObject(base),
    ...Object.fromEntries(collections),
  };
}
