import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { configFrom } from '../../config/config-from.ts';
import { silentLogger } from '../../config/logger.ts';
import { systemClock } from '../../model/clock.ts';
import { CommandFailure } from '../cli-error.ts';
import { type Service, startService } from './start-service.ts';

const dir = mkdtempSync(join(tmpdir(), 'wrought-serve-'));
after(() => rmSync(dir, { recursive: true }));
let count = 0;

function start(values: Record<string, string> = {}): Promise<Service> {
  const config = configFrom({ 'api.port': '0', 'wrought.data_dir': join(dir, `d${count++}`), ...values });
  return startService({ config, log: silentLogger, clock: systemClock, hostname: 'test' });
}

test('the service answers, lists its hardware types, and frees its ports when it stops', async () => {
  const service = await start();
  const root = await fetch(service.apiUrl);
  assert.equal(root.headers.get('openstack-api-maximum-version') ?? root.headers.get('x-openstack-ironic-api-maximum-version'), '1.115');
  const drivers: unknown = await (await fetch(`${service.apiUrl}/v1/drivers`)).json();
  assert.match(JSON.stringify(drivers), /"redfish"/);
  assert.equal((await fetch(`${service.fileServerUrl}/nothing`)).status, 404);
  await service.stop();
  await assert.rejects(fetch(service.apiUrl));
  await assert.rejects(fetch(service.fileServerUrl));
});

test('an open event stream does not hold the end up', async () => {
  const service = await start();
  const stream = await fetch(`${service.apiUrl}/wrought/v1/events`);
  assert.equal(stream.status, 200);
  await service.stop();
  await stream.text().catch(() => '');
});

test('a port in use is named, with the option that changes it', async () => {
  const other = createServer();
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  const address = other.address();
  assert.ok(typeof address === 'object' && address !== null);
  const port = String(address.port);
  try {
    await assert.rejects(
      start({ 'api.port': port }),
      new CommandFailure(`the API cannot listen on 127.0.0.1 port ${port}: the port is in use; choose another with [api]host_ip and port`),
    );
    await assert.rejects(
      start({ 'wrought.http_port': port }),
      /the file server cannot listen on 127\.0\.0\.1 port \d+: the port is in use/,
    );
  } finally {
    await new Promise((done) => other.close(done));
  }
});

test('a data directory that cannot be made is named', async () => {
  const file = join(dir, 'file');
  writeFileSync(file, '');
  await assert.rejects(
    start({ 'wrought.data_dir': join(file, 'data') }),
    (error) =>
      error instanceof CommandFailure && /^the data directory .*file\/data cannot be used: .*; set \[wrought\]data_dir/.test(error.message),
  );
});

test('a database of a newer program is refused and left as it is', async () => {
  const path = join(dir, 'newer.db');
  const connection = `sqlite:///${path}`;
  await (await start({ 'database.connection': connection })).stop();
  const database = new DatabaseSync(path);
  database.exec("insert into schema_version (version, name, applied_at) values (999, 'from the future', 0)");
  database.close();
  await assert.rejects(start({ 'database.connection': connection }), /999/);
});

test('a configuration that names an unknown interface is refused before anything listens', async () => {
  await assert.rejects(start({ 'DEFAULT.enabled_boot_interfaces': 'redfish-virtual-medium' }), /redfish-virtual-medium/);
});
