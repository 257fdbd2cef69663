import { sql } from 'kysely';
import type { Clock } from '../model/clock.ts';
import { WroughtError } from '../model/errors.ts';
import type { Lease } from '../model/lease.ts';
import { decodeNode } from './node-columns.ts';
import type { NodeRepository } from './store.ts';
import type { Transactor } from './transactor.ts';

type NodeLeases = Pick<NodeRepository, 'acquireLease' | 'renewLeases' | 'releaseLease' | 'abandonedLeases'>;

/** Looks, when a node that could not be taken has become free meanwhile. */
const LOOKS = 3;

/**
 * Leases on nodes. The token is a counter in the node's row that every acquisition raises and nothing lowers, not even a release, so
 * that no two holders ever have the same one. Each operation is a single conditional UPDATE: the database decides who wins.
 *
 * Expiry is judged by the clock of whoever asks. Processes that share a database must agree on the time to within a small part of a
 * lease's duration; a token that is taken over too early still fences its old holder off.
 */
export function nodeLeases(transactor: Transactor, clock: Clock): NodeLeases {
  return {
    async acquireLease(uuid, { holder, purpose, ttlMs }) {
      for (let look = 0; look < LOOKS; look++) {
        const now = clock.now();
        const row = await transactor
          .writer()
          .updateTable('nodes')
          .set((eb) => ({
            reservation: holder,
            lease_token: eb('lease_token', '+', 1),
            lease_expires_at: now + ttlMs,
            lease_purpose: purpose,
            lease_since: now,
          }))
          .where('uuid', '=', uuid)
          .where((eb) => eb.or([eb('reservation', 'is', null), eb('lease_expires_at', '<=', now)]))
          .returningAll()
          .executeTakeFirst();
        if (row) {
          const node = decodeNode(row);
          return { node, lease: { nodeUuid: node.uuid, holder, token: node.lease_token, purpose, expiresAt: now + ttlMs } };
        }
        const held = await transactor
          .reader()
          .selectFrom('nodes')
          .select(['reservation', 'lease_purpose', 'lease_since', 'lease_expires_at'])
          .where('uuid', '=', uuid)
          .executeTakeFirst();
        if (!held) throw new WroughtError('NOT_FOUND', `Node ${uuid} could not be found.`);
        // Null: released between the two statements. The last look tells of it as of a holder that has just gone.
        if (held.reservation !== null || look === LOOKS - 1)
          return {
            heldBy: {
              holder: held.reservation ?? 'a conductor that has just released it',
              purpose: held.lease_purpose,
              since: held.lease_since,
              expiresAt: held.lease_expires_at,
            },
          };
      }
      throw new WroughtError('INTERNAL', `Node ${uuid}: the lease was neither taken nor refused.`);
    },

    async renewLeases(leases, ttlMs) {
      if (leases.length === 0) return [];
      const expiresAt = clock.now() + ttlMs;
      const pairs = JSON.stringify(leases.map(({ nodeUuid, token }) => [nodeUuid, token]));
      // One parameter for all pairs: the statement has one text, and no limit on their number.
      const list =
        transactor.dialect === 'sqlite'
          ? sql`(select value ->> 0 as uuid, value ->> 1 as token from json_each(${pairs}))`
          : sql`(select value ->> 0 as uuid, (value ->> 1)::bigint as token from json_array_elements(${pairs}::json))`;
      const kept = await sql<{ uuid: string; lease_token: number }>`
        update nodes set lease_expires_at = ${expiresAt} from ${list} as held
        where nodes.uuid = held.uuid and nodes.lease_token = held.token and nodes.reservation is not null
        returning nodes.uuid, nodes.lease_token`.execute(transactor.writer());
      const tokens = new Map(kept.rows.map((row) => [row.uuid, row.lease_token]));
      return leases.filter((lease) => tokens.get(lease.nodeUuid) !== lease.token);
    },

    async releaseLease({ nodeUuid, token }: Lease) {
      const result = await transactor
        .writer()
        .updateTable('nodes')
        .set({ reservation: null, lease_expires_at: null, lease_purpose: null, lease_since: null })
        .where('uuid', '=', nodeUuid)
        .where('lease_token', '=', token)
        .where('reservation', 'is not', null)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },

    async abandonedLeases(liveHolders) {
      const rows = await transactor
        .reader()
        .selectFrom('nodes')
        .selectAll()
        .where('reservation', 'is not', null)
        .where((eb) => {
          const ended = eb('lease_expires_at', '<=', clock.now());
          if (liveHolders === undefined) return ended;
          if (liveHolders.length === 0) return eb.lit(true);
          return eb.or([ended, eb('reservation', 'not in', [...liveHolders])]);
        })
        .orderBy('id')
        .execute();
      return rows.map(decodeNode);
    },
  };
}
