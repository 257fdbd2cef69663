import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../harness/free-port.ts';

const run = promisify(execFile);
/** Versions whose agents and conductors speak the agent protocol of this project; the newest one is installed. */
const IRONIC = 'ironic>=35';
const START_LIMIT_MS = 90_000;

export interface IronicProcess extends AsyncDisposable {
  readonly apiUrl: string;
}

/**
 * Directory of the programs of OpenStack Ironic: of the environment WROUGHT_TEST_IRONIC_VENV names, else of one made below the user's cache
 * directory on first use (this needs the Debian package python3-venv and a package index).
 */
async function ironicPrograms(): Promise<string> {
  const given = process.env.WROUGHT_TEST_IRONIC_VENV;
  const venv = given ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'wrought-test-ironic');
  const programs = join(venv, 'bin');
  if (existsSync(join(programs, 'ironic'))) return programs;
  if (given !== undefined) throw new Error(`WROUGHT_TEST_IRONIC_VENV: there is no ${join(programs, 'ironic')}`);
  await mkdir(venv, { recursive: true });
  await run('python3', ['-m', 'venv', venv]);
  await run(join(programs, 'python'), ['-m', 'pip', 'install', '--quiet', IRONIC], { maxBuffer: 1 << 26 });
  return programs;
}

/**
 * Runs the peer, API and conductor in one process, on SQLite.
 *
 * @param files `ramdisk` holds kernel, ramdisk and boot loader; `http` is published at `httpUrl`.
 */
export async function startIronic(dir: string, files: { ramdisk: string; http: string; httpUrl: string }): Promise<IronicProcess> {
  const programs = await ironicPrograms();
  const port = await freePort();
  const apiUrl = `http://127.0.0.1:${port}`;
  const state = join(dir, 'state');
  await mkdir(state, { recursive: true });
  const config = join(dir, 'ironic.conf');
  await writeFile(config, ironicConf({ ...files, state, database: join(dir, 'ironic.sqlite'), port, apiUrl }));
  await run(join(programs, 'ironic-dbsync'), ['--config-file', config, 'create_schema'], { maxBuffer: 1 << 26 });
  const log = await open(join(dir, 'ironic.log'), 'w');
  const child = spawn(join(programs, 'ironic'), ['--config-file', config], { stdio: ['ignore', log.fd, log.fd] });
  const stop = async (): Promise<void> => {
    await end(child);
    await log.close();
  };
  try {
    await answers(apiUrl, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { apiUrl, [Symbol.asyncDispose]: stop };
}

async function answers(apiUrl: string, child: ChildProcess): Promise<void> {
  const limit = Date.now() + START_LIMIT_MS;
  while (Date.now() < limit) {
    if (child.exitCode !== null) throw new Error(`the peer ended with ${child.exitCode}`);
    try {
      const answer = await fetch(`${apiUrl}/v1/drivers`, { headers: { 'x-openstack-ironic-api-version': '1.80' } });
      if (answer.ok && (await answer.text()).includes('"redfish"')) return;
    } catch {
      // It does not listen yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`the peer did not answer within ${START_LIMIT_MS / 1000} s`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await ended;
  clearTimeout(hard);
}

function ironicConf(how: {
  ramdisk: string;
  http: string;
  httpUrl: string;
  state: string;
  database: string;
  port: number;
  apiUrl: string;
}): string {
  return `[DEFAULT]
auth_strategy = noauth
rpc_transport = none
state_path = ${how.state}
enabled_hardware_types = redfish
enabled_boot_interfaces = redfish-virtual-media
enabled_power_interfaces = redfish
enabled_management_interfaces = redfish
enabled_deploy_interfaces = direct
enabled_inspect_interfaces = agent,redfish,no-inspect
enabled_firmware_interfaces = no-firmware
enabled_raid_interfaces = redfish,no-raid
enabled_bios_interfaces = redfish,no-bios
enabled_rescue_interfaces = no-rescue
enabled_storage_interfaces = noop
enabled_vendor_interfaces = redfish
enabled_console_interfaces = no-console
enabled_network_interfaces = noop
default_network_interface = noop
[database]
connection = sqlite:///${how.database}
[api]
port = ${how.port}
host_ip = 127.0.0.1
api_workers = 1
public_endpoint = ${how.apiUrl}
[conductor]
file_url_allowed_paths = ${how.ramdisk}
deploy_kernel = file://${how.ramdisk}/kernel
deploy_ramdisk = file://${how.ramdisk}/initramfs
bootloader = file://${how.ramdisk}/esp.img
[service_catalog]
auth_type = none
endpoint_override = ${how.apiUrl}
[dhcp]
dhcp_provider = none
[deploy]
http_url = ${how.httpUrl}
http_root = ${how.http}
erase_devices_priority = 0
erase_devices_metadata_priority = 10
[agent]
image_download_source = http
`;
}
