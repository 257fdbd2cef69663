import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { configFrom } from '../config/config-from.ts';
import { silentLogger } from '../config/logger.ts';
import { systemClock } from '../model/clock.ts';
import { completionWords } from './commands/completion-commands.ts';
import { createProgram } from './create-program.ts';
import { runCli } from './run-cli.ts';
import { type Service, startService } from './serve/start-service.ts';
import type { Terminal } from './terminal.ts';

const dir = mkdtempSync(join(tmpdir(), 'wrought-cli-'));
let service: Service;

before(async () => {
  const config = configFrom({ 'api.port': '0', 'wrought.data_dir': join(dir, 'data'), 'conductor.automated_clean': 'false' });
  service = await startService({ config, log: silentLogger, clock: systemClock, hostname: 'host-1' });
});
after(async () => {
  await service.stop({ drain: false });
  rmSync(dir, { recursive: true });
});

interface Outcome {
  code: number;
  out: string;
  err: string;
}

async function run(...args: string[]): Promise<Outcome> {
  const outcome: Outcome = { code: -1, out: '', err: '' };
  const terminal: Terminal = {
    out(text) {
      outcome.out += text;
    },
    err(text) {
      outcome.err += text;
    },
    interactive: false,
    columns: null,
    env: { OS_ENDPOINT: service.apiUrl },
    signal: new AbortController().signal,
  };
  outcome.code = await runCli(args, terminal);
  return outcome;
}

async function json(...args: string[]): Promise<unknown> {
  const { code, out, err } = await run(...args, '--json');
  assert.equal(code, 0, err);
  return JSON.parse(out);
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
}

test('a node lives: create, set, show, manage, provide, deploy, undeploy, delete', async () => {
  const created = await json('node', 'create', '--driver', 'fake-hardware', '--name', 'n1', '--property', 'cpus=8', '--extra', 'rack="7"');
  assert.equal(member(created, 'provision_state'), 'enroll');
  assert.equal((await run('node', 'set', 'n1', '--resource-class', 'big', '--retired', 'false', '--driver-info', 'a=1')).code, 0);
  const shown = await json('node', 'show', 'n1');
  assert.deepEqual(
    [member(shown, 'resource_class'), member(shown, 'properties'), member(shown, 'extra'), member(shown, 'driver_info')],
    ['big', { cpus: 8 }, { rack: '7' }, { a: 1 }],
  );
  assert.equal((await run('node', 'unset', 'n1', 'driver_info/a', 'resource_class')).code, 0);
  for (const [verb, state] of [
    ['manage', 'manageable'],
    ['inspect', 'manageable'],
    ['provide', 'available'],
    ['undeploy', null],
  ] as const) {
    const outcome = await run('node', verb, 'n1', '--wait', '--timeout', '20');
    if (state === null) assert.equal(outcome.code, 1);
    else assert.deepEqual([outcome.code, outcome.out], [0, `node n1: ${state}\n`], outcome.err);
  }
  const deployed = await json(
    'node',
    'deploy',
    'n1',
    '--image',
    'http://127.0.0.1:1/i.raw',
    '--checksum',
    'sha256:00ff',
    '--wait',
    '--timeout',
    '20',
  );
  assert.equal(member(Array.isArray(deployed) ? deployed[0] : undefined, 'provision_state'), 'active');
  const info = member(await json('node', 'show', 'n1', '--fields', 'instance_info'), 'instance_info');
  assert.deepEqual([member(info, 'image_os_hash_algo'), member(info, 'image_os_hash_value')], ['sha256', '00ff']);
  assert.equal((await run('node', 'undeploy', 'n1', '--wait', '--timeout', '20')).code, 0);
  assert.match((await run('node', 'delete', 'n1')).out, /deleted node n1/);
  const gone = await run('node', 'show', 'n1');
  assert.equal(gone.code, 1);
  assert.match(gone.err, /^wrought: GET \/v1\/nodes\/n1: 404, .*n1/);
});

test('power, maintenance, traits, history, validation, ports', async () => {
  await json('node', 'create', '--driver', 'fake-hardware', '--name', 'n2');
  assert.match((await run('node', 'power', 'n2', 'on', '--wait', '--timeout', '20')).out, /power_state +power on/);
  assert.match((await run('node', 'power', 'n2', 'off', '--wait', '--timeout', '20')).out, /power_state +power off/);
  assert.equal((await run('node', 'maintenance', 'n2', 'on', '--reason', 'fan')).code, 0);
  assert.equal(member(await json('node', 'show', 'n2'), 'maintenance_reason'), 'fan');
  assert.equal((await run('node', 'maintenance', 'n2', 'off')).code, 0);
  assert.deepEqual(await json('node', 'traits', 'n2', 'set', 'CUSTOM_A', 'CUSTOM_B'), { traits: ['CUSTOM_A', 'CUSTOM_B'] });
  assert.deepEqual(await json('node', 'traits', 'n2', 'remove', 'CUSTOM_A'), { traits: ['CUSTOM_B'] });
  assert.ok(Array.isArray(await json('node', 'history', 'n2')));
  assert.match((await run('node', 'validate', 'n2')).out, /^power +good/m);
  const port = await json(
    'port',
    'create',
    '02:00:00:00:00:01',
    '--node',
    'n2',
    '--local-link',
    'port_id=p1',
    '--local-link',
    'switch_id=02:00:00:00:00:99',
  );
  const uuid = String(member(port, 'uuid'));
  assert.equal((await run('port', 'set', uuid, '--pxe-enabled', 'false')).code, 0);
  assert.match((await run('port', 'list', '--node', 'n2')).out, /02:00:00:00:00:01 .* false/);
  assert.equal((await run('port', 'delete', uuid)).code, 0);
});

test('lists: nodes with filters, drivers, conductors', async () => {
  await json('node', 'create', '--driver', 'fake-hardware', '--name', 'n3', '--resource-class', 'c3');
  const nodes = await json('node', 'list', '--resource-class', 'c3');
  assert.deepEqual(Array.isArray(nodes) && nodes.map((node) => member(node, 'name')), ['n3']);
  assert.match((await run('node', 'list', '--long')).out, /^UUID +Name .*Conductor/);
  assert.match((await run('driver', 'list')).out, /^fake-hardware +host-1$/m);
  assert.match((await run('driver', 'show', 'redfish')).out, /redfish_address/);
  assert.match((await run('conductor', 'list')).out, /^host-1 .* alive /m);
});

const misuse: [args: string[], message: RegExp][] = [
  [['nod'], /unknown command 'nod'/],
  [['node', 'show'], /missing required argument/],
  [['node', 'create'], /--driver is needed/],
  [['node', 'power', 'n', 'up'], /power takes on, off or reboot, found "up"/],
  [['node', 'clean', 'n'], /clean needs --steps/],
  [['node', 'set', 'n', '--retired', 'maybe'], /--retired must be true or false, found "maybe"/],
  [['node', 'deploy', 'n', '--configdrive', 'nothing'], /neither JSON, a URL nor a file/],
  [['node', 'list', '--url', 'localhost'], /must be an http:\/\/ or https:\/\/ URL/],
  [['demo', '--machines', '0'], /--machines must be a whole number from 1 to 1000, found "0"/],
  [['serve', '--set', 'port=1'], /--set wants GROUP\.OPTION=VALUE/],
  [['completion', 'fish'], /completion knows bash and zsh/],
];
for (const [args, message] of misuse) {
  test(`bad usage: wrought ${args.join(' ')}`, async () => {
    const { code, out, err } = await run(...args);
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(err, message);
  });
}

test('a failure of the service is exit code 1 with its sentence', async () => {
  await json('node', 'create', '--driver', 'fake-hardware', '--name', 'n4');
  const { code, err } = await run('node', 'provide', 'n4');
  assert.equal(code, 1);
  assert.match(err, /^wrought: PUT \/v1\/nodes\/n4\/states\/provision: 400, /);
});

test('config show tells where values come from and hides passwords', async () => {
  const file = join(dir, 'ironic.conf');
  writeFileSync(file, '[deploy]\nimage_server_password = hunter2\n[database]\nconnection = postgresql://u:hunter2@db/w\n[api]\nprot = 1\n');
  const { code, out, err } = await run('config', 'show', '--config-file', file, '--set-only');
  assert.equal(code, 0);
  assert.match(out, /\[deploy\]image_server_password +\*{6} +.*ironic\.conf line 2/);
  assert.match(out, /postgresql:\/\/u:\*{6}@db\/w/);
  assert.doesNotMatch(out, /hunter2/);
  assert.match(err, /did you mean \[api\]port\?/);
  const bad = join(dir, 'bad.conf');
  writeFileSync(bad, '[api]\nport = x\n');
  assert.deepEqual(
    [(await run('config', 'show', '--config-file', bad)).code, (await run('config', 'show', '--config-file', bad)).err],
    [1, `wrought: ${bad} line 2: option [api]port must be a port number from 0 to 65535, found "x"\n`],
  );
});

test('db upgrade and status', async () => {
  const file = join(dir, 'db.conf');
  writeFileSync(file, `[wrought]\ndata_dir = ${join(dir, 'db')}\n`);
  assert.match((await run('db', 'status', '--config-file', file)).out, /^schema version 0 of \d+; pending: /);
  assert.match((await run('db', 'upgrade', '--config-file', file)).out, /^schema version (\d+) of \1\n$/);
});

test('completion knows every command', async () => {
  const terminal: Terminal = {
    out: () => undefined,
    err: () => undefined,
    interactive: false,
    columns: null,
    env: {},
    signal: new AbortController().signal,
  };
  const words = completionWords(await createProgram(terminal));
  assert.ok(words.get('')?.includes('serve'));
  assert.ok(words.get('node')?.includes('deploy'));
  assert.ok(words.get('node deploy')?.includes('--configdrive'));
  const only = completionWords(await createProgram(terminal, 'port'));
  assert.ok(only.get('port')?.includes('create'));
  assert.equal(only.get('node'), undefined);
});
