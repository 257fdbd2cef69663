import { WroughtError } from '../model/errors.ts';

/** A unique index refused a value. Repositories turn it into an error that names field and value. */
export class UniqueViolation extends Error {
  readonly table: string;
  /** Column of a one-column index; empty when the index has several. */
  readonly column: string;

  constructor(table: string, column: string, cause: unknown) {
    super(`${table}.${column} is not unique`, { cause });
    this.name = 'UniqueViolation';
    this.table = table;
    this.column = column;
  }
}

/** A row refers to, or is referred to by, a row in the way of the change. */
export class ForeignKeyViolation extends Error {
  constructor(cause: unknown) {
    super('a foreign key does not hold', { cause });
    this.name = 'ForeignKeyViolation';
  }
}

/** The database gave the transaction up in favour of another one: it may be run again from its start. */
export class TransactionConflict extends Error {
  constructor(cause: unknown) {
    super('the transaction conflicted with another one', { cause });
    this.name = 'TransactionConflict';
  }
}

/** What the drivers of both databases put on their errors. */
interface DriverErrorFields {
  readonly message: string;
  /** `pg`: SQLSTATE, or a system error's name. `node:sqlite`: always ERR_SQLITE_ERROR. */
  readonly code?: unknown;
  /** `node:sqlite`: extended result code. */
  readonly errcode?: unknown;
  readonly table?: unknown;
  readonly constraint?: unknown;
}

/** Extended result codes, https://sqlite.org/rescode.html */
const SQLITE = { BUSY: 5, LOCKED: 6, FULL: 13, UNIQUE: 2067, PRIMARY_KEY: 1555, FOREIGN_KEY: 787, TRIGGER_FOREIGN_KEY: 1811 };
/** SQLSTATEs, https://www.postgresql.org/docs/current/errcodes-appendix.html */
const CONFLICTS = new Set(['40001', '40P01']);
const UNREACHABLE = /^(08...|57P0.|53300|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT)$/;

/** Gives an error of either driver its meaning; what has none comes back as it is. */
export function translateDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const fields: DriverErrorFields = error;
  if (fields.code === 'ERR_SQLITE_ERROR') return translateSqlite(error, fields);
  return translatePostgres(error, fields);
}

function translateSqlite(error: Error, { errcode, message }: DriverErrorFields): unknown {
  if (errcode === SQLITE.UNIQUE || errcode === SQLITE.PRIMARY_KEY) {
    // "UNIQUE constraint failed: nodes.name", or "…: spent_steps.node_uuid, spent_steps.request_key".
    const match = /: (\w+)\.(\w+)(,)?/.exec(message);
    return new UniqueViolation(match?.[1] ?? '', match?.[3] === undefined ? (match?.[2] ?? '') : '', error);
  }
  if (errcode === SQLITE.FOREIGN_KEY || errcode === SQLITE.TRIGGER_FOREIGN_KEY) return new ForeignKeyViolation(error);
  if (typeof errcode !== 'number') return error;
  const primary = errcode & 0xff;
  if (primary === SQLITE.BUSY || primary === SQLITE.LOCKED)
    return new WroughtError('TEMPORARY_FAILURE', 'The database file is held by another program.', { cause: error });
  if (primary === SQLITE.FULL)
    return new WroughtError('INSUFFICIENT_DISK_SPACE', 'The database cannot grow: its file system is full.', { cause: error });
  return error;
}

function translatePostgres(error: Error, { code, table, constraint, message }: DriverErrorFields): unknown {
  if (code === '23505') {
    // Unique constraints are named <table>_<column>_key throughout the schema.
    const name = typeof table === 'string' ? table : '';
    const index = typeof constraint === 'string' ? constraint : '';
    const column = index.startsWith(`${name}_`) && index.endsWith('_key') ? index.slice(name.length + 1, -'_key'.length) : '';
    return new UniqueViolation(name, column, error);
  }
  if (code === '23503') return new ForeignKeyViolation(error);
  if (typeof code === 'string' && CONFLICTS.has(code)) return new TransactionConflict(error);
  if (
    (typeof code === 'string' && UNREACHABLE.test(code)) ||
    /^Connection terminated|timeout exceeded when trying to connect/.test(message)
  )
    return new WroughtError('TEMPORARY_FAILURE', `The database is not reachable: ${message}`, { cause: error });
  return error;
}
