import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Database } from '../database.ts';

/** One forward step of the schema. It runs in a transaction with the row that records it, and may be run again on its own result. */
export interface Migration {
  /** Position, from 1, without gaps. */
  readonly version: number;
  readonly name: string;
  up(db: Kysely<Database>, types: ColumnTypes): Promise<void>;
}

/** Column types by database. */
export interface ColumnTypes {
  readonly dialect: 'sqlite' | 'postgresql';
  /** Row number, growing and never used twice: insertion order. */
  readonly id: RawBuilder<unknown>;
  /** Compared by bytes on both databases, so that they sort alike. */
  readonly text: RawBuilder<unknown>;
  /** 64 bits. */
  readonly int: RawBuilder<unknown>;
  /** 0 or 1. */
  readonly bool: RawBuilder<unknown>;
  /** A document; never compared. */
  readonly json: RawBuilder<unknown>;
}

export function columnTypes(dialect: 'sqlite' | 'postgresql'): ColumnTypes {
  return dialect === 'sqlite'
    ? { dialect, id: sql`integer primary key autoincrement`, text: sql`text`, int: sql`integer`, bool: sql`integer`, json: sql`text` }
    : {
        dialect,
        id: sql`bigint generated always as identity primary key`,
        text: sql`text collate "C"`,
        int: sql`bigint`,
        bool: sql`smallint`,
        json: sql`text`,
      };
}

/** Runs statements one after the other; the drivers take one at a time. */
export async function run(db: Kysely<Database>, ...statements: RawBuilder<unknown>[]): Promise<void> {
  for (const statement of statements) await statement.execute(db);
}
