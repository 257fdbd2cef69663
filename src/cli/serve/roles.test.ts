import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { configFrom } from '../../config/config-from.ts';
import { silentLogger } from '../../config/logger.ts';
import { systemClock } from '../../model/clock.ts';
import { UsageError } from '../cli-error.ts';
import { parseRoles } from './roles.ts';
import { takeSoleUse } from './sole-use.ts';
import { startRoles } from './start-roles.ts';

const dir = mkdtempSync(join(tmpdir(), 'wrought-roles-'));
after(() => rmSync(dir, { recursive: true }));

test('roles are read, and what is none is named', () => {
  assert.deepEqual([...parseRoles('api')], ['api']);
  assert.deepEqual([...parseRoles(' conductor , api,api')].sort(), ['api', 'conductor']);
  for (const bad of ['', ',', 'api,web']) assert.throws(() => parseRoles(bad), UsageError);
});

test('a SQLite database serves one process, however that one ended', () => {
  const connection = `sqlite:///${join(dir, 'one.db')}`;
  const use = `import { takeSoleUse } from ${JSON.stringify(new URL('./sole-use.ts', import.meta.url).href)}; takeSoleUse(${JSON.stringify(connection)});`;
  const other = (then: string) => spawnSync(process.execPath, ['--input-type=module', '-e', `${use} ${then}`], { encoding: 'utf8' });
  const killed = other("process.kill(process.pid, 'SIGKILL');");
  assert.equal(killed.signal, 'SIGKILL', killed.stderr);
  const held = takeSoleUse(connection);
  assert.throws(() => takeSoleUse(connection), /another process serves from the database .*one\.db/);
  const refused = other('');
  assert.notEqual(refused.status, 0);
  assert.match(refused.stderr, /a SQLite database serves one process/);
  held.release();
  assert.equal(other('').status, 0);
  takeSoleUse('sqlite::memory:').release();
  takeSoleUse('postgresql://h/d').release();
});

test('roles apart on SQLite are refused, and leave the database free', async () => {
  const config = configFrom({ 'wrought.data_dir': join(dir, 'apart'), 'api.port': '0', 'json_rpc.port': '0' });
  for (const role of ['api', 'conductor'] as const)
    await assert.rejects(startRoles({ config, log: silentLogger, clock: systemClock }, new Set([role])), /roles apart need PostgreSQL/);
  const whole = await startRoles({ config, log: silentLogger, clock: systemClock, hostname: 'h' }, new Set(['api', 'conductor']));
  assert.equal(whole.rpcUrl, null);
  await whole.stop({ drain: false });
});
