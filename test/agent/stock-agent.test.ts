/**
 * The whole service against the stock ironic-python-agent, as a process: inspection, lookup, heartbeat over the agent's own certificate,
 * steps, a step that fails, logs. Runs in a namespace of its own without any disk, see enter-namespace.sh.
 *
 * Needs root, and the Debian packages python3-venv, iproute2, util-linux, udev, lshw.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { isJsonObject, type JsonObject } from '../../src/model/json.ts';
import { stockAgentProgram } from './stock-agent-program.ts';

const MAC = '52:54:00:12:34:56';
const PROGRAMS = {
  '/usr/bin/unshare': 'util-linux',
  '/usr/bin/lsblk': 'util-linux',
  '/usr/bin/lscpu': 'util-linux',
  '/usr/bin/udevadm': 'udev',
  '/usr/bin/lshw': 'lshw',
};
let scratch: string;
let report: JsonObject;

before(async () => {
  for (const [path, name] of Object.entries(PROGRAMS))
    assert.ok(existsSync(path), `${path} is missing: install the Debian package ${name}`);
  const program = await stockAgentProgram();
  scratch = await mkdtemp(join(tmpdir(), 'wrought-stock-agent-'));
  const file = join(scratch, 'report.json');
  const inside = [
    join(import.meta.dirname, 'enter-namespace.sh'),
    MAC,
    process.execPath,
    join(import.meta.dirname, 'drive-stock-agent.ts'),
  ];
  await promisify(execFile)(
    'unshare',
    ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', ...inside, program, file, scratch, MAC],
    { timeout: 150_000 },
  );
  const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
  assert.ok(isJsonObject(parsed));
  report = parsed;
});

after(() => rm(scratch, { recursive: true, force: true }));

/** A member of the report that must be an object. */
function part(...path: string[]): JsonObject {
  let value: unknown = report;
  for (const key of path) value = isJsonObject(value) ? value[key] : undefined;
  assert.ok(isJsonObject(value), `${path.join('.')}: ${JSON.stringify(value)}; failure: ${report.failure}`);
  return value;
}

test('nothing went wrong on the way', () => {
  assert.equal(report.failure, undefined);
});

test('inspection: the data is accepted, properties and inventory are stored', () => {
  const { state, last_error, properties } = part('inspection');
  assert.deepEqual([state, last_error], ['manageable', null]);
  assert.ok(isJsonObject(properties));
  assert.match(String(properties.cpu_arch), /^(x86_64|aarch64)$/);
  assert.ok(Number(properties.memory_mb) > 0);
  const interfaces = part('inventory', 'inventory').interfaces;
  assert.ok(Array.isArray(interfaces) && isJsonObject(interfaces[0]));
  assert.equal(interfaces[0].mac_address, MAC);
  assert.deepEqual(part('inventory', 'plugin_data').macs, [MAC]);
});

test('lookup and heartbeat: HTTPS with the certificate that came along', () => {
  assert.deepEqual(part('heartbeat'), { url: 'https://127.0.0.1:9999', certificate: '-----BEGIN CERTIFICATE-----' });
  assert.match(String(part('commands').wrongCertificate), /the agent did not answer: .*self-signed certificate/);
});

test('deployment: steps asked for, write_image sent, its failure told in the words of the agent', () => {
  const { state, last_error } = part('deploy');
  assert.equal(state, 'deploy failed');
  assert.match(String(last_error), /write_image.*No suitable device was found for deployment using these hints.*no-such-serial/);
  assert.deepEqual(part('commands').listed, [
    ['get_deploy_steps', 'succeeded'],
    ['execute_deploy_step', 'failed'],
    ['collect_system_logs', 'succeeded'],
  ]);
});

test('logs of inspection and deployment are stored', () => {
  const { logs } = report;
  assert.ok(Array.isArray(logs));
  assert.ok(logs.some((name) => /_stock_inspect_[\d-]+\.tar\.gz$/.test(String(name))));
  assert.ok(logs.some((name) => /_stock_\d{4}-[\d-]+\.tar\.gz$/.test(String(name))));
});

test('steps of every kind are read', () => {
  for (const [kind, step] of [
    ['clean', 'erase_devices_metadata'],
    ['deploy', 'write_image'],
    ['service', 'apply_configuration'],
  ] as const) {
    const generic = part('commands', kind, `${kind}_steps`).GenericHardwareManager;
    assert.ok(Array.isArray(generic) && generic.some((each) => isJsonObject(each) && each.step === step), kind);
    assert.equal(part('commands', kind, 'hardware_manager_version').generic_hardware_manager, '1.2');
  }
});

test('hardware information, empty partition UUIDs, refusals', () => {
  assert.ok(Array.isArray(part('commands', 'hardware').interfaces));
  assert.deepEqual(part('commands', 'uuids'), {});
  const { unknown, wrongToken } = part('commands');
  assert.match(String(unknown), /agent command standby\.dance: the agent answered 400/);
  assert.match(String(wrongToken), /the agent answered 401/);
});
