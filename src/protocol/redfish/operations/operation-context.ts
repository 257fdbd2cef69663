import type { BmcConnection, CallOptions } from '../access/bmc-connection.ts';
import type { RedfishClock } from '../access/redfish-clock.ts';
import { RedfishError, type RedfishErrorKind } from '../redfish-error.ts';
import type { RedfishTarget } from '../redfish-target.ts';
import { sameOriginPath } from '../same-origin-path.ts';
import { type Answer, parseMembers, type ResourceView } from '../views/resource.ts';
import type { SystemView } from '../views/system.ts';

/** What operations work with. */
export interface OperationContext {
  readonly connection: BmcConnection;
  readonly target: RedfishTarget;
  readonly clock: RedfishClock;
  /** Path of the system of this client. */
  systemPath(options?: CallOptions): Promise<string>;
  /** The system as read now. */
  system(options?: CallOptions): Promise<SystemView>;
  /** The system as read within the last seconds, unless something was written to the BMC since: for links and what changes rarely. */
  recentSystem(options?: CallOptions): Promise<SystemView>;
}

const MAX_MEMBERS = 1024;

/** Follows a link found in the answer of `from`. @throws malformed when it leads to another host. */
export function follow(context: OperationContext, from: string, link: string): string {
  const path = sameOriginPath(context.target.address, from, link);
  if (path === null) throw findingOf(context, 'malformed', 'GET', from, `links to another host: "${link.slice(0, 100)}"`);
  return path;
}

/** A RedfishError about something that the BMC did not answer with an error. */
export function findingOf(context: OperationContext, kind: RedfishErrorKind, method: string, path: string, finding: string): RedfishError {
  return new RedfishError({ kind, bmc: context.connection.bmc, method, path, finding });
}

/** Paths of all members of a collection, its further pages included. */
export async function memberPaths(context: OperationContext, collection: string, options?: CallOptions): Promise<string[]> {
  const found = new Set<string>();
  const seen = new Set<string>();
  let page: string | null = collection;
  while (page !== null && !seen.has(page) && found.size < MAX_MEMBERS) {
    seen.add(page);
    const { members, next } = parseMembers(await context.connection.get(page, options));
    for (const member of members) found.add(follow(context, page, member));
    page = next === null ? null : follow(context, page, next);
  }
  return [...found].slice(0, MAX_MEMBERS);
}

/** All members of a collection, parsed; one request each. */
export async function readMembers<T extends ResourceView>(
  context: OperationContext,
  collection: string,
  parse: (answer: Answer) => T,
  options?: CallOptions,
): Promise<T[]> {
  const views: T[] = [];
  for (const path of await memberPaths(context, collection, options)) views.push(parse(await context.connection.get(path, options)));
  return views;
}
