import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfigError } from './config-error.ts';
import { loadConfig } from './load-config.ts';

const dir = mkdtempSync(join(tmpdir(), 'wrought-config-'));
after(() => rmSync(dir, { recursive: true }));
let count = 0;

function file(text: string): string {
  const path = join(dir, `f${count++}.conf`);
  writeFileSync(path, text);
  return path;
}

test('without files everything has its default', () => {
  const { config, warnings } = loadConfig({ files: [], env: {} });
  assert.deepEqual(warnings, []);
  assert.equal(config.integer('api', 'port'), 6385);
  assert.equal(config.string('api', 'host_ip'), '127.0.0.1');
  assert.equal(config.string('DEFAULT', 'auth_strategy'), 'noauth');
  assert.equal(config.string('database', 'connection'), 'sqlite:///./wrought-data/wrought.db');
  assert.deepEqual(config.list('DEFAULT', 'enabled_hardware_types'), ['redfish', 'manual-management', 'fake-hardware']);
  assert.equal(config.optionalString('conductor', 'deploy_kernel'), null);
  assert.equal(config.integer('pxe', 'file_permission'), 0o644);
  assert.equal(config.isSet('api', 'port'), false);
});

test('a later file wins, the environment wins over files, the command line over all', () => {
  const files = [file('[api]\nport = 1\nmax_limit = 10\n[DEFAULT]\nhost = a'), file('[api]\nport = 2\n[DEFAULT]\nhost = b')];
  const { config } = loadConfig({ files, env: { OS_DEFAULT__HOST: 'c', HOME: '/x' }, given: { 'api.port': '3' } });
  assert.equal(config.integer('api', 'port'), 3);
  assert.equal(config.integer('api', 'max_limit'), 10);
  assert.equal(config.string('DEFAULT', 'host'), 'c');
  const sources = new Map(config.all().map(({ group, name, source }) => [`${group}.${name}`, source]));
  assert.deepEqual(sources.get('DEFAULT.host'), { kind: 'environment', variable: 'OS_DEFAULT__HOST' });
  assert.deepEqual(sources.get('api.max_limit'), { kind: 'file', file: files[0], line: 3 });
  assert.deepEqual(sources.get('api.port'), { kind: 'given' });
});

test('repeated options add up over files', () => {
  const files = [file('[inspector]\npci_device_alias = a\npci_device_alias = b'), file('[inspector]\npci_device_alias = c')];
  assert.deepEqual(loadConfig({ files, env: {} }).config.list('inspector', 'pci_device_alias'), ['a', 'b', 'c']);
});

test('a directory stands for its .conf files in order', () => {
  const folder = join(dir, 'd');
  mkdirSync(folder);
  writeFileSync(join(folder, '2.conf'), '[api]\nport = 2');
  writeFileSync(join(folder, '1.conf'), '[api]\nport = 1');
  writeFileSync(join(folder, '3.txt'), 'nonsense');
  assert.equal(loadConfig({ files: [folder], env: {} }).config.integer('api', 'port'), 2);
});

test('references reach the own group, DEFAULT and named groups', () => {
  const text =
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax under test
    '[DEFAULT]\nmy_ip = 192.0.2.7\n[pxe]\ntftp_root = /t\ntftp_master_path = ${tftp_root}/m\n[deploy]\nhttp_url = http://$my_ip:${api.port}/$$x';
  const { config } = loadConfig({ files: [file(text)], env: {} });
  assert.equal(config.string('deploy', 'http_url'), 'http://192.0.2.7:6385/$x');
  assert.equal(config.string('pxe', 'tftp_master_path'), '/t/m');
  assert.equal(config.string('pxe', 'tftp_server'), '192.0.2.7');
});

const refused: [text: string, message: RegExp][] = [
  ['[deploy]\nhttp_root = $nowhere/x', /"\$nowhere" in a value of group \[deploy\] names no option; write \$\$ for a dollar sign/],
  ['[deploy]\nhttp_root = $http_root/x', /\[deploy\]http_root: its value refers to itself/],
  ['[api]\n\nport = many', /f\d+\.conf line 3: option \[api\]port must be a port number from 0 to 65535, found "many"/],
  ['[DEFAULT]\nauth_strategy = none', /line 2: option \[DEFAULT\]auth_strategy must be one of noauth, keystone, http_basic, found "none"/],
];
for (const [text, message] of refused) {
  test(`refuses ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => loadConfig({ files: [file(text)], env: {} }),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
  });
}

test('a file that is not there, or not text, is refused by name', () => {
  assert.throws(() => loadConfig({ files: [join(dir, 'absent.conf')], env: {} }), /absent\.conf cannot be read/);
  const path = join(dir, 'binary.conf');
  writeFileSync(path, Buffer.from([0xff, 0xfe, 0x00]));
  assert.throws(() => loadConfig({ files: [path], env: {} }), ConfigError);
});

const warned: [text: string, warning: RegExp | null][] = [
  ['[api]\nprot = 1', /line 2: \[api\]prot is not an option; did you mean \[api\]port\?$/],
  ['[apy]\nport = 1', /\[apy\]port is not an option; did you mean \[api\]port\?$/],
  ['[api]\nautomated_clean = true', /did you mean \[conductor\]automated_clean\?$/],
  ['[api]\nqqqqqqqqq = 1', /\[api\]qqqqqqqqq is not an option$/],
  ['[neutron]\ncleaning_network = x', /\[neutron\]cleaning_network is an option of the peer and has no effect here$/],
  ['[glance]\nusername = x', /\[glance\]username is an option of the peer/],
  ['[conductor]\nconfigdrive_use_swift = true', /is now called \[deploy\]configdrive_use_object_store$/],
  ['[inspector]\ncallback_endpoint_override = http://x', /\[inspector\]callback_endpoint_override (is deprecated|has no effect here yet)$/],
  ['[API]\nport = 7', null],
];
for (const [text, warning] of warned) {
  test(`warns about ${JSON.stringify(text)}`, () => {
    const { warnings } = loadConfig({ files: [file(text)], env: {} });
    if (warning === null) assert.deepEqual(warnings, []);
    else assert.match(warnings.join('\n'), warning);
  });
}

test('a former name sets the present option', () => {
  const { config } = loadConfig({ files: [file('[conductor]\nconfigdrive_use_swift = true')], env: {} });
  assert.equal(config.boolean('deploy', 'configdrive_use_object_store'), true);
});

test('asking for an option of another type or an undeclared one is a programming error', () => {
  const { config } = loadConfig({ files: [], env: {} });
  assert.throws(() => config.string('api', 'port'), /is of type port, not string/);
  assert.throws(() => config.string('api', 'nothing'), /\[api\]nothing is not declared/);
  assert.throws(() => config.string('conductor', 'deploy_kernel'), /is needed here, has no default and is not set/);
});
