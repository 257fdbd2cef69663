import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { silentLogger } from '../config/logger.ts';
import { VirtualClock } from '../model/clock.ts';
import { hasCode } from '../model/errors.ts';
import { openStore, readMigrationStatus } from './open-store.ts';
import { storeConformance } from './store-conformance.ts';

const directory = mkdtempSync(join(tmpdir(), 'wrought-store-'));
after(() => rmSync(directory, { recursive: true }));

let made = 0;
const freshFile = (): string => join(directory, `${made++}.db`);
const options = { clock: new VirtualClock(), log: silentLogger };

storeConformance('a SQLite file', { freshDatabase: async () => `sqlite:///${freshFile()}`, shared: true });
storeConformance('SQLite in memory', { freshDatabase: async () => 'sqlite::memory:', shared: false });

test('the file is for its owner alone and its directory is made', async () => {
  const path = join(directory, 'deep', 'er', 'wrought.db');
  const store = await openStore(`sqlite:///${path}`, options);
  await store.nodes.create({ driver: 'd' });
  for (const suffix of ['', '-wal', '-shm']) assert.equal(statSync(path + suffix).mode & 0o777, 0o600, suffix);
  await store.close();
});

test('a database newer than the program is refused, an older one unless it may be migrated', async () => {
  const path = freshFile();
  const connection = `sqlite:///${path}`;
  const message = (text: string) => (error: Error) => hasCode(error, 'CONFLICT') && error.message.includes(text);
  await assert.rejects(openStore(connection, { ...options, migrate: false }), message('schema version 0'));
  assert.equal((await readMigrationStatus(connection, options)).current, 0);
  await (await openStore(connection, options)).close();
  const status = await readMigrationStatus(connection, options);
  assert.equal(status.current, status.latest);
  assert.deepEqual(status.pending, []);
  await (await openStore(connection, { ...options, migrate: false })).close();

  const raw = new DatabaseSync(path);
  raw.exec("insert into schema_version values (9999, 'from the future', 0)");
  raw.close();
  await assert.rejects(openStore(connection, options), message('schema version 9999'));
});

test('migrations may be run again on their own result', async () => {
  const path = freshFile();
  await (await openStore(`sqlite:///${path}`, options)).close();
  const raw = new DatabaseSync(path);
  raw.exec('delete from schema_version');
  raw.close();
  const store = await openStore(`sqlite:///${path}`, options);
  await store.nodes.create({ driver: 'd' });
  await store.close();
});
