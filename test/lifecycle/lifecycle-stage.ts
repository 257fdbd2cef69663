import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService } from '../../src/cli/serve/start-service.ts';
import { createLogger } from '../../src/config/create-logger.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { type Logger, silentLogger } from '../../src/config/logger.ts';
import { systemClock } from '../../src/model/clock.ts';
import { isJsonObject, type JsonObject } from '../../src/model/json.ts';
import { isProvisionState, STATE_INFO } from '../../src/model/states.ts';
import { parseFaultFlag } from '../../src/sim/faults/parse-faults.ts';
import type { Delays } from '../../src/sim/machine/delays.ts';
import type { RackEvent } from '../../src/sim/machine/machine-log.ts';
import type { RackMachine } from '../../src/sim/rack-machine.ts';
import { type Rack, startRack } from '../../src/sim/start-rack.ts';
import { type DiskImage, diskImage } from '../../src/sim/testing/disk-image.ts';
import { serveBytes } from '../../src/sim/testing/serve-bytes.ts';

/** Short, so that every state is passed through in a moment; a ramdisk needs longer than the conductor to notice the power-on, as it does in life. Milliseconds. */
const DELAYS: Delays = { powerOn: 50, powerOff: 50, gracefulShutdown: 50, post: 50, ramdiskBoot: 1300, diskBoot: 50, task: 100 };

const API_VERSION = '1.115';

/** The whole service, a rack, an image server, and what a test needs to drive them over the API. */
export interface LifecycleStage extends AsyncDisposable {
  readonly rack: Rack;
  readonly image: DiskImage;
  /** Where the image is served. */
  readonly imageUrl: string;
  readonly apiUrl: string;
  /** Calls the API; the answer's body is an empty object where there is none. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: JsonObject }>;
  /** Enrols a machine with the image to deploy; the node's UUID. */
  enrol(machine: RackMachine, changes?: JsonObject): Promise<string>;
  /** Sends a verb and waits until the node rests in one of the states; the node as it then is. */
  go(node: string, verb: string, wanted: readonly string[], body?: JsonObject): Promise<JsonObject>;
  node(node: string): Promise<JsonObject>;
  /** Console of a machine, for the message of a failed assertion. */
  console(machine: RackMachine): string;
}

/**
 * @param settings `group.name` to value, beside those of the stage.
 * @param overall how long a verb may take at most, in milliseconds.
 */
export async function lifecycleStage(options: {
  machines: number;
  settings?: Readonly<Record<string, string>>;
  overall?: number;
}): Promise<LifecycleStage> {
  const scope = new AsyncDisposableStack();
  try {
    return await build(options, scope);
  } catch (error) {
    await scope.disposeAsync();
    throw error;
  }
}

async function build(
  options: { machines: number; settings?: Readonly<Record<string, string>>; overall?: number },
  scope: AsyncDisposableStack,
): Promise<LifecycleStage> {
  const dir = await mkdtemp(join(tmpdir(), 'wrought-lifecycle-'));
  scope.defer(() => rm(dir, { recursive: true, force: true }));
  const ramdisk = join(dir, 'ramdisk');
  await mkdir(ramdisk);
  await writeFile(join(ramdisk, 'kernel'), 'kernel of the simulated ramdisk\n');
  await writeFile(join(ramdisk, 'initramfs'), 'initramfs of the simulated ramdisk\n');
  const image = await diskImage();
  const images = scope.use(await serveBytes({ '/image.raw': image.bytes }));
  const log = stageLogger();
  const rack = await startRack({
    machines: options.machines,
    seed: 42,
    dataDir: join(dir, 'rack'),
    delays: DELAYS,
    disks: [{ size: 6 * 1024 ** 3 }, { size: 8 * 1024 ** 3, rotational: true }],
    clock: systemClock,
    log: log.child({ part: 'rack' }),
  });
  scope.defer(() => rack.close());
  const { config } = loadConfig({
    files: [],
    env: {},
    given: {
      'wrought.data_dir': join(dir, 'service'),
      'wrought.http_port': '0',
      'wrought.agent_poll_interval': '0.2',
      'wrought.recovery_interval': '1',
      'api.port': '0',
      'conductor.deploy_kernel': `file://${join(ramdisk, 'kernel')}`,
      'conductor.deploy_ramdisk': `file://${join(ramdisk, 'initramfs')}`,
      'conductor.file_url_allowed_paths': ramdisk,
      'conductor.check_provision_state_interval': '1',
      'agent.post_deploy_get_power_state_retry_interval': '1',
      ...options.settings,
    },
  });
  const service = await startService({ config, log: log.child({ part: 'service' }), clock: systemClock, hostname: 'lifecycle' });
  scope.defer(() => service.stop({ drain: false }));

  const call: LifecycleStage['call'] = async (method, path, body) => {
    const answer = await fetch(`${service.apiUrl}${path}`, {
      method,
      headers: { 'x-openstack-ironic-api-version': API_VERSION, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const value: unknown = text === '' ? {} : JSON.parse(text);
    return { status: answer.status, body: isJsonObject(value) ? value : {} };
  };
  const node: LifecycleStage['node'] = async (uuid) => {
    const { status, body } = await call('GET', `/v1/nodes/${uuid}`);
    assert.equal(status, 200);
    return body;
  };
  return {
    rack,
    image,
    imageUrl: `${images.url}/image.raw`,
    apiUrl: service.apiUrl,
    call,
    node,
    async enrol(machine, changes = {}) {
      const { username, password } = machine.plan.credentials;
      const created = await call('POST', '/v1/nodes', {
        name: machine.name,
        driver: 'redfish',
        driver_info: {
          redfish_address: machine.address,
          redfish_system_id: `/redfish/v1/Systems/${machine.plan.uuid}`,
          redfish_username: username,
          redfish_password: password,
        },
        boot_interface: 'redfish-virtual-media',
        deploy_interface: 'direct',
        inspect_interface: 'agent',
        network_interface: 'noop',
        resource_class: 'baremetal',
        instance_info: {
          image_source: `${images.url}/image.raw`,
          image_os_hash_algo: 'sha256',
          image_os_hash_value: image.sha256,
          image_disk_format: 'raw',
        },
        ...changes,
      });
      assert.equal(created.status, 201, JSON.stringify(created.body));
      const uuid = String(created.body.uuid);
      for (const { mac } of machine.plan.nics) {
        const port = await call('POST', '/v1/ports', { node_uuid: uuid, address: mac });
        assert.equal(port.status, 201, JSON.stringify(port.body));
      }
      return uuid;
    },
    async go(uuid, verb, wanted, body = {}) {
      const before = await node(uuid);
      const accepted = await call('PUT', `/v1/nodes/${uuid}/states/provision`, { target: verb, ...body });
      assert.equal(accepted.status, 202, JSON.stringify(accepted.body));
      const limit = Date.now() + (options.overall ?? 60_000);
      for (;;) {
        const now = await node(uuid);
        const state = String(now.provision_state);
        if (now.provision_updated_at !== before.provision_updated_at && now.reservation === null && rests(state)) {
          if (wanted.includes(state)) return now;
          assert.fail(`${verb}: node ${now.name} is ${state}, wanted ${wanted.join(' or ')}; last_error: ${now.last_error}`);
        }
        if (Date.now() > limit)
          assert.fail(`${verb}: node ${now.name} stays ${state}, wanted ${wanted.join(' or ')}; last_error: ${now.last_error}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    console: (machine) =>
      machine.parts.log
        .entries()
        .map((line: RackEvent) => `${new Date(line.at).toISOString()} ${line.kind}: ${line.message}`)
        .join('\n'),
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
}

function rests(state: string): boolean {
  return isProvisionState(state) && ['stable', 'fail'].includes(STATE_INFO[state].kind);
}

/** Puts a fault, written as a flag, into one machine. */
export function inject(stage: LifecycleStage, machine: RackMachine, flag: string): void {
  const [kind = '', ...settings] = flag.split(',');
  stage.rack.inject(parseFaultFlag([`${kind}:${machine.name}`, ...settings].join(',')));
}

/** Silent, unless WROUGHT_TEST_LOG names a level. */
function stageLogger(): Logger {
  const level = process.env.WROUGHT_TEST_LOG;
  return level === 'debug' || level === 'info' || level === 'warn' ? createLogger({ level }) : silentLogger;
}
