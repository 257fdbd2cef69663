import { createHmac, randomBytes } from 'node:crypto';
import type { Logger } from '../../config/logger.ts';
import { type AccessLimits, createBmcConnection } from './access/bmc-connection.ts';
import type { RedfishClock } from './access/redfish-clock.ts';
import { createRedfishClient, type Kept } from './create-redfish-client.ts';
import type { ResetLimits } from './operations/reset.ts';
import type { RedfishPool } from './redfish-client.ts';
import { RedfishError } from './redfish-error.ts';
import type { RedfishTarget } from './redfish-target.ts';
import { createHttpTransport, type HttpLimits } from './transport/http-transport.ts';
import { type RedfishTransport, TransportError } from './transport/redfish-transport.ts';

/** Every bound of the room, with its default. Times in milliseconds. */
export interface RedfishLimits extends HttpLimits, AccessLimits, ResetLimits {
  /** BMCs whose connection and session are kept; those unused for longest go first. */
  readonly maxConnections: number;
}

export const DEFAULT_LIMITS: RedfishLimits = {
  connectTimeoutMs: 30_000,
  readTimeoutMs: 60_000,
  maxBodyBytes: 8 * 1024 * 1024,
  keepAliveMs: 5000,
  connectAttempts: 5,
  connectPauseMs: 4000,
  postAttempts: 6,
  postPauseMs: 5000,
  longestPauseMs: 60_000,
  spacingMs: 0,
  breakerFailures: 5,
  breakerOpenMs: 30_000,
  powerOnConflictAttempts: 6,
  powerOnConflictPauseMs: 10_000,
  maxConnections: 1000,
};

/** @param transportFor replaces HTTP, for recording, replaying and tests. */
export function createRedfishPool(parts: {
  clock: RedfishClock;
  log: Logger;
  limits?: Partial<RedfishLimits>;
  transportFor?: (target: RedfishTarget) => RedfishTransport;
}): RedfishPool {
  const { clock, log } = parts;
  const given: RedfishLimits = { ...DEFAULT_LIMITS, ...parts.limits };
  // A call that used up its tries opens the breaker, so that those behind it fail at once; it must not open before.
  const limits: RedfishLimits = { ...given, breakerFailures: parts.limits?.breakerFailures ?? Math.max(2, given.connectAttempts) };
  const transportFor = parts.transportFor ?? ((target: RedfishTarget) => createHttpTransport(target, limits));
  // Passwords take part in keys only through a key of this process.
  const secret = randomBytes(32);
  /** In order of use, the least recent first. */
  const kept = new Map<string, Kept>();
  const closing = new Set<Promise<void>>();

  function keptFor(target: RedfishTarget): Kept {
    const key = keyOf(secret, target);
    const found = kept.get(key) ?? open(target);
    kept.delete(key);
    kept.set(key, found);
    evict(key);
    return found;
  }

  function evict(inUse: string): void {
    for (const [key, { connection }] of kept) {
      if (kept.size <= Math.max(1, limits.maxConnections)) return;
      if (!connection.idle || key === inUse) continue;
      kept.delete(key);
      const end = connection.close().finally(() => closing.delete(end));
      closing.add(end);
    }
  }

  function open(target: RedfishTarget): Kept {
    try {
      return {
        connection: createBmcConnection({ target, transport: transportFor(target), clock, log, limits }),
        onlySystem: { path: null },
        lastRead: new Map(),
      };
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      const { host: bmc, pathname: path } = new URL(target.address);
      throw new RedfishError({ kind: 'untrusted', bmc, method: 'GET', path, finding: error.message, cause: error });
    }
  }

  return {
    get(target) {
      return createRedfishClient({ kept: () => keptFor(target), target, clock, limits });
    },
    async close() {
      const all = [...kept.values()];
      kept.clear();
      await Promise.all([...all.map(({ connection }) => connection.close()), ...closing]);
    },
  };
}

/** Everything but the system: one BMC with many systems has one session. */
function keyOf(secret: Buffer, { systemId: _, ...rest }: RedfishTarget): string {
  return createHmac('sha256', secret)
    .update(
      JSON.stringify([rest.address, rest.username, rest.password, rest.verifyCa, rest.authType, rest.tlsMinimumVersion, rest.tlsCiphers]),
    )
    .digest('base64');
}
