import pg from 'pg';
import type { Logger } from '../../config/logger.ts';

const INT8 = 20;

/**
 * A pool whose clients answer 64-bit integers as numbers: all of ours are ids, counters and milliseconds, far below 2^53. Connecting
 * happens with the first statement.
 */
export function openPostgresPool(url: string, size: number, log: Logger): pg.Pool {
  const pool = new pg.Pool({ ...clientOptions(url), max: size });
  // An idle client whose server goes away reports it here; the pool drops it and the next statement connects anew.
  pool.on('error', (error) => log.warn({ error: error.message }, 'an idle database connection was lost'));
  return pool;
}

/** What pool and listener have in common. */
export function clientOptions(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'wrought',
    keepAlive: true,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format),
    },
  };
}
