import { silentLogger } from '../../../config/logger.ts';
import type { RedfishClock } from '../access/redfish-clock.ts';
import { createRedfishPool, type RedfishLimits } from '../create-redfish-pool.ts';
import type { RedfishClient, RedfishPool } from '../redfish-client.ts';
import type { RedfishTarget } from '../redfish-target.ts';
import {
  type RedfishRequest,
  type RedfishResponse,
  type RedfishTransport,
  TransportError,
  type TransportFailure,
} from '../transport/redfish-transport.ts';

/** What a rule answers: a response, a lost connection, or the bare status. */
export type Scripted = { status: number; body?: unknown; headers?: Record<string, string> } | { lost: TransportFailure };

/** A BMC in memory: resources answer GET, PATCH merges into them, and rules come first. */
export interface ScriptedBmc extends RedfishTransport {
  readonly requests: RedfishRequest[];
  readonly resources: Map<string, Record<string, unknown>>;
  /** The next matching requests get these answers, in order; an undefined answer means the usual one. */
  script(method: RedfishRequest['method'], path: string, ...answers: (Scripted | undefined)[]): void;
  /** Runs when a request comes in, before it is answered. */
  onRequest: (request: RedfishRequest) => void;
  closed: boolean;
}

export const SYSTEM_PATH = '/redfish/v1/Systems/1';

/** A small machine: one system with power, boot, media, cards and disks. */
export function scriptedBmc(): ScriptedBmc {
  const requests: RedfishRequest[] = [];
  const rules = new Map<string, (Scripted | undefined)[]>();
  const resources = new Map<string, Record<string, unknown>>(Object.entries(machine()));

  const bmc: ScriptedBmc = {
    requests,
    resources,
    closed: false,
    onRequest: () => {},
    script(method, path, ...answers) {
      const key = `${method} ${path}`;
      rules.set(key, [...(rules.get(key) ?? []), ...answers]);
    },
    async send(request) {
      requests.push(request);
      bmc.onRequest(request);
      const scripted = rules.get(`${request.method} ${request.path}`)?.shift();
      if (scripted && 'lost' in scripted) throw new TransportError(scripted.lost, 'broke the connection (scripted)');
      return scripted ? respond(scripted.status, scripted.body, scripted.headers) : usual(resources, request);
    },
    async close() {
      bmc.closed = true;
    },
  };
  return bmc;
}

function usual(resources: Map<string, Record<string, unknown>>, request: RedfishRequest): RedfishResponse {
  const found = resources.get(request.path);
  if (request.method === 'POST') return respond(204);
  if (!found) return respond(404, { error: { code: 'Base.1.0.ResourceMissingAtURI', message: 'no such resource' } });
  if (request.method === 'GET') return respond(200, found, { etag: '"1"' });
  if (request.method === 'PATCH') resources.set(request.path, merge(found, JSON.parse(request.body ?? '{}')));
  return respond(204);
}

function respond(status: number, body?: unknown, headers: Record<string, string> = {}): RedfishResponse {
  return { status, headers, body: body === undefined ? '' : JSON.stringify(body) };
}

function merge(into: Record<string, unknown>, patch: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...into };
  for (const [key, value] of Object.entries(patch)) {
    const before = merged[key];
    merged[key] = isObject(before) && isObject(value) ? merge(before, value) : value;
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function machine(): Record<string, Record<string, unknown>> {
  const link = (path: string): object => ({ '@odata.id': path });
  return {
    '/redfish/v1/': { Id: 'Root', Vendor: 'Contoso', Links: { Sessions: link('/redfish/v1/SessionService/Sessions') } },
    '/redfish/v1/Systems': { Members: [link(SYSTEM_PATH)] },
    [SYSTEM_PATH]: {
      '@odata.id': SYSTEM_PATH,
      Id: '1',
      UUID: '2f0b5c5e-0000-4000-8000-000000000001',
      Manufacturer: 'Contoso',
      Model: '3500',
      SerialNumber: 'SN1',
      PowerState: 'Off',
      Status: { State: 'Enabled', Health: 'OK' },
      MemorySummary: { TotalSystemMemoryGiB: 64 },
      Boot: {
        BootSourceOverrideTarget: 'None',
        BootSourceOverrideEnabled: 'Disabled',
        BootSourceOverrideMode: 'UEFI',
        'BootSourceOverrideTarget@Redfish.AllowableValues': ['None', 'Pxe', 'Cd', 'Hdd', 'BiosSetup'],
      },
      Actions: {
        '#ComputerSystem.Reset': {
          target: `${SYSTEM_PATH}/Actions/ComputerSystem.Reset`,
          'ResetType@Redfish.AllowableValues': ['On', 'ForceOff', 'GracefulShutdown', 'GracefulRestart', 'ForceRestart', 'Nmi'],
        },
      },
      Links: { ManagedBy: [link('/redfish/v1/Managers/1')] },
      VirtualMedia: link(`${SYSTEM_PATH}/VirtualMedia`),
      SecureBoot: link(`${SYSTEM_PATH}/SecureBoot`),
      Processors: link(`${SYSTEM_PATH}/Processors`),
      Storage: link(`${SYSTEM_PATH}/Storage`),
      EthernetInterfaces: link(`${SYSTEM_PATH}/EthernetInterfaces`),
    },
    [`${SYSTEM_PATH}/SecureBoot`]: { Id: 'SecureBoot', SecureBootEnable: false },
    [`${SYSTEM_PATH}/VirtualMedia`]: { Members: [link(`${SYSTEM_PATH}/VirtualMedia/Floppy`), link(`${SYSTEM_PATH}/VirtualMedia/Cd`)] },
    [`${SYSTEM_PATH}/VirtualMedia/Floppy`]: { Id: 'Floppy', MediaTypes: ['Floppy', 'USBStick'], Inserted: false },
    [`${SYSTEM_PATH}/VirtualMedia/Cd`]: {
      Id: 'Cd',
      MediaTypes: ['CD', 'DVD'],
      Inserted: false,
      Image: null,
      Actions: {
        '#VirtualMedia.InsertMedia': { target: `${SYSTEM_PATH}/VirtualMedia/Cd/Actions/VirtualMedia.InsertMedia` },
        '#VirtualMedia.EjectMedia': { target: `${SYSTEM_PATH}/VirtualMedia/Cd/Actions/VirtualMedia.EjectMedia` },
      },
    },
    [`${SYSTEM_PATH}/Processors`]: { Members: [link(`${SYSTEM_PATH}/Processors/1`), link(`${SYSTEM_PATH}/Processors/2`)] },
    [`${SYSTEM_PATH}/Processors/1`]: {
      Id: '1',
      ProcessorType: 'CPU',
      Model: 'Q9',
      InstructionSet: 'x86-64',
      ProcessorArchitecture: 'x86',
      TotalThreads: 16,
      MaxSpeedMHz: 3200,
    },
    [`${SYSTEM_PATH}/Processors/2`]: {
      Id: '2',
      ProcessorType: 'CPU',
      Model: 'Q9',
      InstructionSet: 'x86-64',
      ProcessorArchitecture: 'x86',
      TotalThreads: 16,
    },
    [`${SYSTEM_PATH}/Storage`]: { Members: [link(`${SYSTEM_PATH}/Storage/1`)] },
    [`${SYSTEM_PATH}/Storage/1`]: {
      Id: '1',
      Name: 'NVMe',
      Drives: [link(`${SYSTEM_PATH}/Storage/1/Drives/0`), link(`${SYSTEM_PATH}/Storage/1/Drives/1`)],
    },
    [`${SYSTEM_PATH}/Storage/1/Drives/0`]: { Id: '0', Name: 'boot stick', CapacityBytes: 2 * 1024 ** 3 },
    [`${SYSTEM_PATH}/Storage/1/Drives/1`]: { Id: '1', Name: 'disk', CapacityBytes: 480 * 1024 ** 3, SerialNumber: 'D1', MediaType: 'SSD' },
    [`${SYSTEM_PATH}/EthernetInterfaces`]: {
      Members: [link(`${SYSTEM_PATH}/EthernetInterfaces/1`), link(`${SYSTEM_PATH}/EthernetInterfaces/2`)],
    },
    [`${SYSTEM_PATH}/EthernetInterfaces/1`]: {
      Id: 'NIC1',
      MACAddress: '52:54:00:AA:00:01',
      SpeedMbps: 25000,
      Status: { State: 'Enabled', Health: 'OK' },
    },
    [`${SYSTEM_PATH}/EthernetInterfaces/2`]: { Id: 'NIC2', MACAddress: '52:54:00:AA:00:02', Status: { State: 'Disabled' } },
    '/redfish/v1/Managers/1': { Id: '1', FirmwareVersion: '1.2.3', VirtualMedia: link('/redfish/v1/Managers/1/VirtualMedia') },
    '/redfish/v1/Managers/1/VirtualMedia': { Members: [] },
  };
}

/** A target whose credentials are easy to find in a text. */
export const TARGET: RedfishTarget = {
  address: 'https://10.0.3.4',
  systemId: SYSTEM_PATH,
  username: 'operator-name',
  password: 'very-secret-word',
  verifyCa: true,
  authType: 'basic',
  tlsMinimumVersion: null,
  tlsCiphers: null,
};

/** Short pauses, so that a virtual clock needs few steps. */
export const TEST_LIMITS: Partial<RedfishLimits> = { connectAttempts: 3, connectPauseMs: 100, breakerFailures: 3, breakerOpenMs: 1000 };

/** A clock that never lets anybody wait, and tells how long they would have. */
export function patientClock(): RedfishClock & { readonly slept: number[] } {
  let now = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
  };
}

/** A pool and a client on a scripted BMC. */
export function scriptedClient(
  bmc: ScriptedBmc,
  options: { target?: Partial<RedfishTarget>; limits?: Partial<RedfishLimits>; clock?: RedfishClock } = {},
): { client: RedfishClient; pool: RedfishPool; target: RedfishTarget } {
  const target = { ...TARGET, ...options.target };
  const pool = createRedfishPool({
    clock: options.clock ?? patientClock(),
    log: silentLogger,
    limits: { ...TEST_LIMITS, ...options.limits },
    transportFor: () => bmc,
  });
  return { client: pool.get(target), pool, target };
}
