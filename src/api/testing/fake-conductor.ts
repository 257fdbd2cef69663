import type { ConductorService, DriverSummary, ProvisionRequest } from '../../conductor/conductor-service.ts';
import { WroughtError } from '../../model/errors.ts';
import { INTERFACE_KINDS, type InterfaceKind, perKind } from '../../model/interface-kind.ts';
import type { Node, NodePatch } from '../../model/node.ts';
import { findTransition } from '../../model/states.ts';
import { findVerb } from '../../model/verbs.ts';
import type { Store } from '../../store/store.ts';

export const FAKE_HOST = 'host-1';
export const FAKE_DRIVER = 'fake-hardware';

/** What the API asked for, in order: method and arguments after the context. */
export interface RecordedCall {
  readonly method: string;
  readonly args: readonly unknown[];
}

/**
 * A conductor for tests of the API alone: it writes to the store what a real one would after its checks, moves states at once to the
 * first state of a verb, and remembers what it was asked. It proves nothing about conductors.
 */
export function fakeConductor(store: Store): ConductorService & { readonly calls: RecordedCall[] } {
  const calls: RecordedCall[] = [];
  const note = (method: string, ...args: unknown[]): void => void calls.push({ method, args });
  const mutate = (uuid: string, change: (node: Node) => NodePatch): Promise<Node> => store.nodes.mutate(uuid, null, change);
  const defaults = perKind((kind) => (kind === 'network' || kind === 'storage' ? 'noop' : 'fake'));
  const driver: DriverSummary = {
    name: FAKE_DRIVER,
    hosts: [FAKE_HOST],
    defaults,
    enabled: mapLists(defaults),
  };
  const requireDriver = (name: string | undefined): void => {
    if (name !== undefined && name !== FAKE_DRIVER) {
      throw new WroughtError('NO_VALID_HOST', `No conductor of group "" offers driver ${name}`);
    }
  };
  const chosen = (values: NodePatch): NodePatch =>
    Object.fromEntries(INTERFACE_KINDS.map((kind) => [`${kind}_interface`, values[`${kind}_interface`] ?? defaults[kind]]));
  return {
    calls,
    async recover(_context, uuid, confirm) {
      note('recover', uuid, confirm);
      const node = await store.nodes.getByUuid(uuid);
      if (!node) throw new WroughtError('NOT_FOUND', `Node ${uuid} could not be found.`);
      const { name, provision_state, maintenance } = node;
      return { node: uuid, name, provision_state, maintenance, holder: null, step: null, action: 'none', explanation: '', done: false };
    },
    async createNode(_context, values) {
      note('createNode', values);
      requireDriver(values.driver);
      return store.nodes.create({ ...values, ...chosen(values) });
    },
    async updateNode(_context, uuid, patch, options) {
      note('updateNode', uuid, patch, options);
      requireDriver(patch.driver);
      return mutate(uuid, (node) => {
        if (patch.protected === true && node.provision_state !== 'active') throw new WroughtError('CONFLICT', 'not active');
        return {
          ...patch,
          ...(patch.maintenance === false ? { maintenance_reason: null, fault: null } : {}),
          ...(patch.protected === false ? { protected_reason: null } : {}),
          ...(patch.retired === false ? { retired_reason: null } : {}),
        };
      });
    },
    async destroyNode(_context, uuid) {
      note('destroyNode', uuid);
      await store.nodes.delete(uuid, null);
    },
    async setMaintenance(_context, uuid, on, reason) {
      note('setMaintenance', uuid, on, reason);
      await mutate(uuid, () => ({ maintenance: on, maintenance_reason: on ? reason : null, ...(on ? {} : { fault: null }) }));
    },
    async setTraits(_context, uuid, change) {
      note('setTraits', uuid, change);
      const node = await store.nodes.getByUuid(uuid);
      const now = new Set(change.set ?? node?.traits ?? []);
      if (change.add !== undefined) now.add(change.add);
      if (change.remove !== undefined) now.delete(change.remove);
      await store.nodes.setTraits(uuid, null, [...now]);
    },
    async provision(_context, uuid, request: ProvisionRequest) {
      note('provision', uuid, request);
      await mutate(uuid, (node) => {
        const verb = findVerb(request.verb);
        const transition = verb && findTransition(node.provision_state, verb.event);
        if (!transition) throw new WroughtError('INVALID_STATE_REQUESTED', `no ${request.verb} from ${node.provision_state}`);
        return { provision_state: transition.to, target_provision_state: transition.target };
      });
    },
    async changePower(_context, uuid, target, timeout) {
      note('changePower', uuid, target, timeout);
      await mutate(uuid, () => ({ power_state: target.includes('off') ? 'power off' : 'power on' }));
    },
    async setBootMode(_context, uuid, mode) {
      note('setBootMode', uuid, mode);
      await mutate(uuid, () => ({ boot_mode: mode }));
    },
    async setSecureBoot(_context, uuid, on) {
      note('setSecureBoot', uuid, on);
      await mutate(uuid, () => ({ secure_boot: on }));
    },
    async validate() {
      const names = INTERFACE_KINDS.filter((kind) => kind !== 'vendor');
      return Object.fromEntries(names.map((kind) => [kind, { result: true }]));
    },
    getBootDevice: async () => ({ boot_device: 'pxe', persistent: false }),
    async setBootDevice(_context, uuid, device, persistent) {
      note('setBootDevice', uuid, device, persistent);
    },
    supportedBootDevices: async () => ['pxe'],
    async injectNmi(_context, uuid) {
      note('injectNmi', uuid);
    },
    async setTargetRaidConfig(_context, uuid, config) {
      note('setTargetRaidConfig', uuid, config);
      await mutate(uuid, () => ({ target_raid_config: config }));
    },
    vifList: async () => [{ id: 'vif-1' }],
    async vifAttach(_context, uuid, vif) {
      note('vifAttach', uuid, vif);
    },
    async vifDetach(_context, uuid, vifId) {
      note('vifDetach', uuid, vifId);
    },
    async createPort(_context, values) {
      note('createPort', values);
      return store.ports.create(values);
    },
    async updatePort(_context, uuid, patch) {
      note('updatePort', uuid, patch);
      return store.ports.update(uuid, patch);
    },
    async destroyPort(_context, uuid) {
      note('destroyPort', uuid);
      await store.ports.delete(uuid);
    },
    async updatePortgroup(_context, uuid, patch) {
      note('updatePortgroup', uuid, patch);
      return store.portgroups.update(uuid, patch);
    },
    async destroyPortgroup(_context, uuid) {
      note('destroyPortgroup', uuid);
      await store.portgroups.delete(uuid);
    },
    async createAllocation(_context, values, nodeUuid) {
      note('createAllocation', values, nodeUuid);
      return store.allocations.create({ ...values, state: nodeUuid ? 'active' : 'allocating', node_uuid: nodeUuid ?? null });
    },
    async destroyAllocation(_context, uuid) {
      note('destroyAllocation', uuid);
      const allocation = await store.allocations.getByUuid(uuid);
      await store.allocations.deleteIfNode(uuid, allocation?.node_uuid ?? null);
    },
    async updateVolumeConnector(_context, uuid, patch) {
      note('updateVolumeConnector', uuid, patch);
      return store.volumeConnectors.update(uuid, patch);
    },
    async updateVolumeTarget(_context, uuid, patch) {
      note('updateVolumeTarget', uuid, patch);
      return store.volumeTargets.update(uuid, patch);
    },
    async destroyVolume(_context, kind, uuid) {
      note('destroyVolume', kind, uuid);
      await (kind === 'connector' ? store.volumeConnectors : store.volumeTargets).delete(uuid);
    },
    async vendorMethods() {
      const info = {
        http_methods: ['POST'],
        async: false,
        description: 'Answers its arguments',
        attach: false,
        require_exclusive_lock: false,
      };
      return { echo: info, later: { ...info, async: true } };
    },
    async vendorPassthru(_context, uuid, call) {
      note('vendorPassthru', uuid, call);
      return call.method === 'later' ? { async: true, result: null } : { async: false, result: call.args };
    },
    async getConsole(_context, uuid) {
      return (await store.nodes.getByUuid(uuid))?.console_enabled ? { type: 'shellinabox', url: 'http://c' } : null;
    },
    async setConsole(_context, uuid, on) {
      note('setConsole', uuid, on);
      await mutate(uuid, () => ({ console_enabled: on }));
    },
    async lookup(_context, query) {
      note('lookup', query);
      const [byMac] = query.addresses ? await store.nodes.findByMacs(query.addresses) : [];
      const node = query.nodeUuid === undefined ? byMac : await store.nodes.getByUuid(query.nodeUuid);
      if (node?.provision_state !== 'inspect wait' && node?.provision_state !== 'wait call-back') {
        throw new WroughtError('NOT_FOUND', 'No node waits with this address');
      }
      return { node, config: { heartbeat_timeout: 300, agent_token: 'clear-token', agent_token_required: true } };
    },
    async heartbeat(_context, uuid, heartbeat) {
      note('heartbeat', uuid, heartbeat);
      if (heartbeat.agent_token === undefined) throw new WroughtError('INVALID_PARAMETER', 'agent_token is mandatory');
    },
    async continueInspection(_context, query, data) {
      note('continueInspection', query, data);
      const [waiting] = await store.nodes.scan({ provisionState: 'inspect wait' });
      if (!waiting) throw new WroughtError('NOT_FOUND', 'No node waits for these data');
      return { uuid: waiting.uuid };
    },
    driverProperties: async () => ({ power_delay: 'Seconds that a change of power takes' }),
    logicalDiskProperties: async () => ({ size_gb: 'Size of the logical disk' }),
    conductorOf: () => FAKE_HOST,
    drivers: async () => [driver],
  };
}

function mapLists(defaults: Readonly<Record<InterfaceKind, string>>): Record<InterfaceKind, string[]> {
  const lists = Object.fromEntries(Object.entries(defaults).map(([kind, name]) => [kind, [name]]));
  // Every kind of the given record is there again.
  return lists as Record<InterfaceKind, string[]>;
}
