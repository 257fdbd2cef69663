import type { BmcConnection, CallOptions } from '../access/bmc-connection.ts';
import { RedfishError } from '../redfish-error.ts';
import type { RedfishTarget } from '../redfish-target.ts';
import { sameOriginPath } from '../same-origin-path.ts';
import { parseMembers } from '../views/resource.ts';

/**
 * Path of the system to manage: the one that was named, or the only one there is. A bare name stands for a member of the usual
 * collection. @throws not-found when none was named and there is not exactly one.
 */
export async function findSystem(connection: BmcConnection, target: RedfishTarget, options?: CallOptions): Promise<string> {
  if (target.systemId !== null) {
    const named = target.systemId.startsWith('/')
      ? target.systemId
      : `${connection.rootPath}Systems/${encodeURIComponent(target.systemId)}`;
    const path = sameOriginPath(target.address, connection.rootPath, named);
    if (path !== null) return path;
    throw problem(connection, named, `cannot be asked for system "${target.systemId}": no path on this host`);
  }
  const collection = `${connection.rootPath}Systems`;
  const { members } = parseMembers(await connection.get(collection, options));
  const only = members[0];
  if (members.length !== 1 || only === undefined) {
    const shown = members.length === 0 ? '' : `: ${members.slice(0, 8).join(', ')}`;
    throw problem(connection, collection, `shows ${members.length} systems and none was named${shown}`);
  }
  const path = sameOriginPath(target.address, collection, only);
  if (path === null) throw problem(connection, collection, 'links to a system on another host');
  return path;
}

function problem(connection: BmcConnection, path: string, finding: string): RedfishError {
  return new RedfishError({ kind: 'not-found', bmc: connection.bmc, method: 'GET', path, finding });
}
