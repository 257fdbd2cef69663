/**
 * Runs inside of the namespace that enter-namespace.sh makes: the whole service, and the stock agent as a process beside it. What was
 * found goes to the file named by the second argument as JSON; the test outside judges it.
 *
 * Arguments: the agent's program, the report file, a scratch directory, the MAC address of the card.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { openSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startImageServer } from '../../src/agent/testing/image-server.ts';
import { startService } from '../../src/cli/serve/start-service.ts';
import { configFrom } from '../../src/config/config-from.ts';
import { silentLogger } from '../../src/config/logger.ts';
import { createAgentClient } from '../../src/drivers/agent-link/agent-client.ts';
import { systemClock } from '../../src/model/clock.ts';
import { messageOf } from '../../src/model/errors.ts';
import { isJsonObject, type JsonObject } from '../../src/model/json.ts';
import type { Node } from '../../src/model/node.ts';

const [program = '', reportFile = '', scratch = '', mac = ''] = process.argv.slice(2);
const report: Record<string, unknown> = {};
const children: ChildProcess[] = [];

const config = configFrom({
  'DEFAULT.enabled_hardware_types': 'fake-hardware',
  'DEFAULT.enabled_boot_interfaces': 'fake',
  'DEFAULT.enabled_deploy_interfaces': 'direct',
  'DEFAULT.enabled_inspect_interfaces': 'agent',
  'DEFAULT.enabled_management_interfaces': 'fake',
  'DEFAULT.enabled_network_interfaces': 'noop',
  'DEFAULT.enabled_power_interfaces': 'fake',
  'DEFAULT.my_ip': '127.0.0.1',
  'api.host_ip': '127.0.0.1',
  'api.port': '0',
  'wrought.data_dir': join(scratch, 'data'),
  'wrought.http_host': '127.0.0.1',
  'agent.deploy_logs_local_path': join(scratch, 'logs'),
  'agent.deploy_logs_collect': 'always',
  'conductor.automated_clean': 'false',
  'DEFAULT.webserver_tls_minimum_version': '1.2',
});
const service = await startService({ config, log: silentLogger, clock: systemClock });

try {
  const image = Buffer.alloc(4096, 7);
  const server = await startImageServer({ '/image.raw': { content: image } });
  const created = await call('POST', '/v1/nodes', { driver: 'fake-hardware', name: 'stock', inspect_interface: 'agent' });
  const uuid = String(created.uuid);
  await call('POST', '/v1/ports', { node_uuid: uuid, address: mac });
  await provision(uuid, 'manage', 'manageable');

  await provision(uuid, 'inspect', 'inspect wait');
  const inspector = startAgent([
    '--inspection_callback_url',
    `${service.apiUrl}/v1/continue_inspection`,
    '--inspection_collectors',
    'default,logs',
    '--inspection_dhcp_wait_timeout',
    '0',
  ]);
  const inspected = await waitForState(uuid, ['manageable', 'inspect failed']);
  report.inspection = { state: inspected.provision_state, last_error: inspected.last_error, properties: inspected.properties };
  report.inventory = await call('GET', `/v1/nodes/${uuid}/inventory`).catch((error: unknown) => messageOf(error));
  await stopped(inspector);

  await provision(uuid, 'provide', 'available');
  await call('PATCH', `/v1/nodes/${uuid}`, [
    { op: 'add', path: '/instance_info/image_source', value: `${server.url}/image.raw` },
    { op: 'add', path: '/instance_info/image_checksum', value: createHash('sha256').update(image).digest('hex') },
    { op: 'add', path: '/instance_info/image_disk_format', value: 'raw' },
    // No disk has it: the step must fail at the choice of the disk.
    { op: 'add', path: '/instance_info/root_device', value: { serial: 'no-such-serial' } },
  ]);
  await provision(uuid, 'active', 'wait call-back');
  startAgent(['--api_url', service.apiUrl]);
  const met = await knownAgent(uuid);
  report.heartbeat = {
    url: met.driver_internal_info.agent_url,
    certificate: String(met.driver_internal_info.agent_verify_ca).slice(0, 27),
  };
  const deployed = await waitForState(uuid, ['deploy failed', 'active']);
  report.deploy = { state: deployed.provision_state, last_error: deployed.last_error };
  report.logs = await readdir(join(scratch, 'logs')).catch((error: unknown) => messageOf(error));

  report.commands = await askDirectly(met);
  await server.close();
} catch (error) {
  report.failure = error instanceof Error ? error.stack : String(error);
} finally {
  for (const child of children) child.kill('SIGKILL');
  await writeFile(reportFile, JSON.stringify(report, null, 1));
  await service.stop({ drain: false });
  process.exit(0);
}

/** The conductor's client, straight at the agent that the failed deployment left running. */
async function askDirectly(node: Node): Promise<Record<string, unknown>> {
  const client = createAgentClient({ config, clock: systemClock, log: silentLogger });
  const record = { uuid: node.uuid, properties: {}, instance_info: {}, driver_info: {}, driver_internal_info: {} };
  const failure = (error: unknown): string => messageOf(error);
  const found = {
    listed: (await client.commands(node)).map((each) => [each.name, each.status]),
    clean: await client.run(node, 'clean.get_clean_steps', { node: record, ports: [] }),
    service: await client.run(node, 'service.get_service_steps', { node: record, ports: [] }),
    deploy: await client.run(node, 'deploy.get_deploy_steps', { node: record, ports: [] }),
    hardware: await client.run(node, 'poll.get_hardware_info', {}),
    uuids: await client.run(node, 'standby.get_partition_uuids', {}),
    unknown: await client.command(node, 'standby.dance', {}).catch(failure),
    wrongToken: await client
      .commands({ ...node, driver_internal_info: { ...node.driver_internal_info, agent_secret_token: 'x'.repeat(40) } })
      .catch(failure),
    wrongCertificate: await client
      .commands({ ...node, uuid: 'other', driver_internal_info: { ...node.driver_internal_info, agent_verify_ca: undefined } })
      .catch(failure),
  };
  await client.close();
  return found;
}

function startAgent(args: readonly string[]): ChildProcess {
  const log = openSync(join(scratch, `agent-${children.length}.log`), 'w');
  const common = ['--advertise_host', '127.0.0.1', '--listen_host', '127.0.0.1', '--disk_wait_attempts', '0', '--debug'];
  const child = spawn(program, [...common, ...args], { stdio: ['ignore', log, log] });
  children.push(child);
  return child;
}

async function stopped(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

async function call(method: string, path: string, body?: unknown): Promise<JsonObject> {
  const response = await fetch(`${service.apiUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-openstack-ironic-api-version': '1.95' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}: ${text}`);
  const parsed: unknown = text === '' ? {} : JSON.parse(text);
  return isJsonObject(parsed) ? parsed : {};
}

async function provision(uuid: string, target: string, state: string): Promise<void> {
  await call('PUT', `/v1/nodes/${uuid}/states/provision`, { target });
  const node = await waitForState(uuid, [state, 'enroll', 'inspect failed', 'deploy failed', 'clean failed'], target === 'manage');
  if (node.provision_state !== state) throw new Error(`${target}: node is ${node.provision_state}: ${node.last_error}`);
}

async function waitForState(uuid: string, states: readonly string[], ignoreEnroll = false): Promise<Node> {
  for (let tries = 0; tries < 1200; tries++) {
    const node = await service.store.nodes.getByUuid(uuid);
    if (node && states.includes(node.provision_state) && !(ignoreEnroll && node.provision_state === 'enroll' && node.last_error === null))
      return node;
    await systemClock.sleep(50);
  }
  throw new Error(
    `node ${uuid} did not reach ${states.join(' or ')} within a minute; it is ${(await service.store.nodes.getByUuid(uuid))?.provision_state}`,
  );
}

async function knownAgent(uuid: string): Promise<Node> {
  for (let tries = 0; tries < 6000; tries++) {
    const node = await service.store.nodes.getByUuid(uuid);
    if (typeof node?.driver_internal_info.agent_url === 'string') return node;
    await systemClock.sleep(10);
  }
  throw new Error('no heartbeat within a minute');
}
