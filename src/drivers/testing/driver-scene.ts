import { configFrom } from '../../config/config-from.ts';
import { type Logger, silentLogger } from '../../config/logger.ts';
import type { ImageService } from '../../image/image-service.ts';
import { type Clock, VirtualClock } from '../../model/clock.ts';
import { WroughtError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import { type InternalInfoPatch, type Node, type NodePatch, newNodeDefaults, type PowerTarget } from '../../model/node.ts';
import type { Port } from '../../model/port.ts';
import type { RedfishPool } from '../../protocol/redfish/redfish-client.ts';
import type { AgentClient } from '../agent-link/agent-client.ts';
import { createDriverRegistry } from '../create-driver-registry.ts';
import type { NodeDriver, Task } from '../driver.ts';
import type { DriverDeps } from '../driver-deps.ts';
import type { DriverRegistry } from '../driver-registry.ts';

/** Options that enable everything called fake and its counterparts. */
export const FAKE_CONFIG: Record<string, string> = {
  'DEFAULT.enabled_hardware_types': 'fake-hardware',
  'DEFAULT.enabled_boot_interfaces': 'fake',
  'DEFAULT.enabled_deploy_interfaces': 'fake',
  'DEFAULT.enabled_network_interfaces': 'noop',
  'DEFAULT.enabled_bios_interfaces': 'fake,no-bios',
  'DEFAULT.enabled_console_interfaces': 'fake,no-console',
  'DEFAULT.enabled_firmware_interfaces': 'fake,no-firmware',
  'DEFAULT.enabled_inspect_interfaces': 'fake,no-inspect',
  'DEFAULT.enabled_raid_interfaces': 'fake,no-raid',
  'DEFAULT.enabled_rescue_interfaces': 'fake,no-rescue',
  'DEFAULT.enabled_storage_interfaces': 'fake,noop',
  'DEFAULT.enabled_vendor_interfaces': 'fake,no-vendor',
};

function notHere(what: string): never {
  throw new WroughtError('INTERNAL', `the scene has no ${what}`);
}

const NO_IMAGES: ImageService = {
  validate: async () => notHere('image service'),
  prepare: async () => notHere('image service'),
  release: async () => notHere('image service'),
};

const NO_AGENTS: AgentClient = {
  command: async () => notHere('agent'),
  run: async () => notHere('agent'),
  runLong: async () => notHere('agent'),
  commands: async () => notHere('agent'),
  forget: () => {},
  close: async () => {},
};

/** Services for a registry; those that a test does not bring refuse every call. */
export function testDeps(values: Record<string, string>, given: Partial<DriverDeps> = {}): DriverDeps {
  const noPool: RedfishPool = { get: () => notHere('Redfish pool'), close: async () => {} };
  return {
    config: configFrom(values),
    log: silentLogger,
    clock: new VirtualClock(),
    redfish: noPool,
    images: NO_IMAGES,
    media: { baseUrl: 'http://127.0.0.1', publish: async () => notHere('publisher'), withdraw: async () => notHere('publisher') },
    agents: NO_AGENTS,
    ...given,
  };
}

/** A registry on configuration values. */
export function testRegistry(values: Record<string, string>, given: Partial<DriverDeps> = {}): DriverRegistry {
  return createDriverRegistry(testDeps(values, given));
}

/** A node that rests in memory. */
export function testNode(patch: Partial<Node> = {}): Node {
  return {
    ...newNodeDefaults(),
    id: 1,
    uuid: '11111111-2222-4333-8444-555555555555',
    name: 'r7-12',
    driver: 'fake-hardware',
    created_at: 0,
    updated_at: null,
    reservation: null,
    lease_token: 0,
    lease_expires_at: null,
    lease_purpose: null,
    lease_since: null,
    ...patch,
  };
}

/** A task on a node in memory; `saved` collects what the driver stored. */
export interface TestTask extends Task {
  inventory: { inventory: JsonObject; plugin_data: JsonObject } | null;
  readonly powerCalls: PowerTarget[];
}

/** Makes a task whose saves change the node in memory. */
export function testTask(
  driver: NodeDriver,
  start: Node,
  options: { signal?: AbortSignal; log?: Logger; clock?: Clock; ports?: Port[] } = {},
): TestTask {
  let node = start;
  const ports: Port[] = [...(options.ports ?? [])];
  const task: TestTask = {
    get node() {
      return node;
    },
    get ports() {
      return ports;
    },
    signal: options.signal ?? new AbortController().signal,
    log: options.log ?? silentLogger,
    driver,
    inventory: null,
    powerCalls: [],
    async save(patch: NodePatch) {
      node = { ...node, ...patch };
    },
    async saveInternal(patch: InternalInfoPatch) {
      const merged = { ...node.driver_internal_info, ...patch };
      node = { ...node, driver_internal_info: Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)) };
    },
    async savePort(uuid, patch) {
      const index = ports.findIndex((port) => port.uuid === uuid);
      const port = ports[index];
      if (!port) throw new WroughtError('NOT_FOUND', `no port ${uuid}`);
      ports[index] = { ...port, ...patch };
    },
    async addPort(address, patch = {}) {
      if (ports.some((port) => port.address === address)) throw new WroughtError('DUPLICATE', `a port with MAC address ${address} exists`);
      ports.push(testPort(ports.length + 1, node.uuid, address, patch));
    },
    async saveInventory(data) {
      task.inventory = data;
    },
    async power(target, timeoutSeconds = 60) {
      task.powerCalls.push(target);
      await driver.power.setPowerState(task, target, timeoutSeconds);
    },
  };
  return task;
}

function testPort(id: number, nodeUuid: string, address: string, patch: Partial<Port>): Port {
  return {
    id,
    uuid: `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`,
    created_at: 0,
    updated_at: null,
    node_uuid: nodeUuid,
    address,
    name: null,
    description: null,
    extra: {},
    internal_info: {},
    local_link_connection: {},
    pxe_enabled: true,
    portgroup_uuid: null,
    physical_network: null,
    is_smartnic: false,
    vendor: null,
    category: null,
    available_for_dynamic_portgroup: true,
    ...patch,
  };
}
