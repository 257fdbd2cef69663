import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fakeService } from './fake-service.ts';
import { pythonEnvironment } from './python-environment.ts';

const run = promisify(execFile);
const workflow = fileURLToPath(new URL('sdk_workflow.py', import.meta.url));

test('openstacksdk, unmodified: a node from creation to available and away', async (t) => {
  const { python } = await pythonEnvironment();
  const service = await fakeService(t);
  const { stdout } = await run(python, [workflow, service.apiUrl], { timeout: 180_000 });
  assert.deepEqual(JSON.parse(stdout), {
    created: ['sdk-1', 'enroll', null],
    listed: ['sdk-1'],
    extra: { a: 1 },
    instance_info: { y: 2 },
    ports: ['52:54:00:00:00:09'],
    // Pretended hardware has no power state until somebody sets one.
    managed: ['manageable', null],
    traits: ['CUSTOM_A'],
    validated: [true, true],
    boot_devices: { supported_boot_devices: ['pxe'] },
    boot_device: { boot_device: 'pxe', persistent: false },
    powered: 'power on',
    maintenance: [true, 'why'],
    provided: 'available',
    chassis: ['d'],
    drivers: ['fake-hardware'],
    conductors: 1,
    missing: true,
    refused: true,
    deleted: true,
  });
});

test('the baremetal command, unmodified: the life of a node', async (t) => {
  const { baremetal } = await pythonEnvironment();
  const service = await fakeService(t);
  const command = async (...words: string[]): Promise<string> => {
    const { stdout } = await run(baremetal, ['--os-auth-type', 'none', '--os-endpoint', service.apiUrl, ...words], { timeout: 120_000 });
    return stdout;
  };
  const json = async (...words: string[]): Promise<Record<string, unknown>> => JSON.parse(await command(...words, '-f', 'json'));
  const refused = async (pattern: RegExp, ...words: string[]): Promise<void> => {
    await assert.rejects(command(...words), (error: { stderr?: string }) => pattern.test(error.stderr ?? ''));
  };

  const made = await json(
    'node',
    'create',
    '--driver',
    'fake-hardware',
    '--name',
    'n1',
    '--driver-info',
    'redfish_password=x',
    '--property',
    'cpus=2',
  );
  assert.equal(made.provision_state, 'enroll');
  assert.deepEqual(made.driver_info, { redfish_password: '******' });
  assert.deepEqual(made.properties, { cpus: 2 });
  const uuid = String(made.uuid);
  await command('node', 'set', 'n1', '--extra', 'a=b', '--owner', 'me', '--automated-clean', '--instance-info', 'x=1');
  assert.deepEqual((await json('node', 'show', 'n1', '--fields', 'extra', 'owner', 'automated_clean')).extra, { a: 'b' });
  await command('node', 'unset', 'n1', '--extra', 'a', '--owner', '--automated-clean');
  await command('port', 'create', '52:54:00:00:00:01', '--node', uuid);
  assert.match(await command('port', 'list', '--node', 'n1'), /52:54:00:00:00:01/);

  await command('node', 'manage', 'n1', '--wait', '60');
  assert.match(await command('node', 'validate', 'n1'), /power +\| True/);
  await command('node', 'maintenance', 'set', 'n1', '--reason', 'fan');
  assert.equal((await json('node', 'show', 'n1')).maintenance_reason, 'fan');
  await refused(/maintenance|state/, 'node', 'clean', 'n1', '--clean-steps', '[{"interface":"deploy","step":"erase_devices"}]');
  await command('node', 'maintenance', 'unset', 'n1');
  await command('node', 'add', 'trait', 'n1', 'CUSTOM_A', 'CUSTOM_B');
  await command('node', 'remove', 'trait', 'n1', 'CUSTOM_A');
  assert.match(await command('node', 'trait', 'list', 'n1'), /CUSTOM_B/);
  await command('node', 'provide', 'n1', '--wait', '60');
  await command('node', 'set', 'n1', '--instance-info', 'image_source=http://127.0.0.1/x', '--instance-info', 'image_checksum=0');
  await command('node', 'deploy', 'n1', '--wait', '60');
  assert.equal((await json('node', 'show', 'n1')).provision_state, 'active');
  await command('node', 'power', 'off', 'n1');
  await command('node', 'reboot', 'n1');
  await command('node', 'set', 'n1', '--protected');
  await refused(/protected/i, 'node', 'undeploy', 'n1');
  await command('node', 'unset', 'n1', '--protected');
  await command('node', 'undeploy', 'n1', '--wait', '60');
  assert.match(await command('node', 'list', '--fields', 'uuid', 'provision_state', '--provision-state', 'available'), new RegExp(uuid));

  assert.match(await command('driver', 'list'), /fake-hardware/);
  assert.equal((await json('driver', 'show', 'fake-hardware')).default_power_interface, 'fake');
  assert.match(await command('conductor', 'list'), /clients-host/);
  await refused(/HTTP 404/, 'node', 'show', 'nobody');
  await command('node', 'delete', 'n1');
  assert.equal((await command('node', 'list', '-f', 'value')).trim(), '');
});
