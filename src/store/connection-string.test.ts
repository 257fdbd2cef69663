import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConnectionString } from './connection-string.ts';

test('SQLite files: three slashes are relative, four absolute', () => {
  assert.deepEqual(parseConnectionString('sqlite:///data/wrought.db'), {
    dialect: 'sqlite',
    path: 'data/wrought.db',
    synchronous: 'full',
    shown: 'sqlite:///data/wrought.db',
  });
  assert.deepEqual(parseConnectionString('sqlite:////var/lib/wrought.db?synchronous=normal'), {
    dialect: 'sqlite',
    path: '/var/lib/wrought.db',
    synchronous: 'normal',
    shown: 'sqlite:////var/lib/wrought.db',
  });
});

test('SQLite in memory', () => {
  for (const text of ['sqlite::memory:', 'sqlite://', 'sqlite:///:memory:']) {
    const target = parseConnectionString(text);
    assert.ok(target.dialect === 'sqlite' && target.path === null);
  }
});

test('PostgreSQL with and without a driver; the password is never shown', () => {
  for (const scheme of ['postgresql', 'postgresql+psycopg2', 'postgres', 'PostgreSQL+asyncpg']) {
    assert.deepEqual(parseConnectionString(`${scheme}://joe:s3cret@db.example/wrought`), {
      dialect: 'postgresql',
      url: 'postgresql://joe:s3cret@db.example/wrought',
      shown: 'postgresql://joe:******@db.example/wrought',
    });
  }
  assert.equal(parseConnectionString('postgresql:///wrought?host=/run/postgresql').dialect, 'postgresql');
});

test('what is refused says why, without the secret', () => {
  for (const text of ['mysql+pymysql://u:hunter2@h/d', 'hunter2', 'sqlite://x.db', 'sqlite:///', 'sqlite:///a?synchronous=off'])
    assert.throws(
      () => parseConnectionString(text),
      (error: Error) => error.message.startsWith('[database]connection') && !error.message.includes('hunter2'),
      text,
    );
});
