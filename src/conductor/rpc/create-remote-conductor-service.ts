import type { Config } from '../../config/config.ts';
import type { Logger } from '../../config/logger.ts';
import type { Clock } from '../../model/clock.ts';
import { WroughtError } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import type { Store } from '../../store/store.ts';
import type { ConductorService, DriverSummary, RequestContext } from '../conductor-service.ts';
import type { Placed } from '../member-view.ts';
import { rendezvousOrder } from '../rendezvous.ts';
import { type LocalConductor, RemoteConductors } from './remote-conductors.ts';
import type { RpcMethod, RpcParams, RpcResult } from './rpc-methods.ts';

export interface RemoteConductorService extends ConductorService {
  /** Ends calls that wait and the reading of the register. */
  close(): Promise<void>;
}

/**
 * The conductors behind one interface: each call goes to the live conductor that its node maps to, calls without a node to any.
 *
 * @param parts.local the conductor of this process, called plainly for the nodes that map to it.
 * @throws what the store throws when the register cannot be read.
 */
export async function createRemoteConductorService(parts: {
  store: Store;
  config: Config;
  clock: Clock;
  log: Logger;
  local?: LocalConductor;
}): Promise<RemoteConductorService> {
  const { store } = parts;
  const remote = new RemoteConductors(parts);
  await remote.start();
  const route = createRouting(store, remote);

  type Local<M extends RpcMethod> = (service: ConductorService) => Promise<RpcResult<M>>;
  async function send<M extends RpcMethod>(
    hosts: string[],
    method: M,
    context: RequestContext,
    params: RpcParams<M>,
    local: Local<M>,
  ): Promise<RpcResult<M>> {
    return remote.call({ hosts, method, context, params, local });
  }
  /** For answers that say nothing: null on the wire. */
  const quiet =
    (work: (service: ConductorService) => Promise<void>) =>
    async (service: ConductorService): Promise<null> => {
      await work(service);
      return null;
    };

  return {
    createNode: async (c, values) =>
      send(
        await route.placed({ uuid: values.uuid ?? '', conductor_group: values.conductor_group ?? '', driver: values.driver }),
        'createNode',
        c,
        { values },
        (s) => s.createNode(c, values),
      ),
    updateNode: async (c, uuid, patch, options) => {
      // A new driver or group is judged by a conductor that has it.
      const { driver, conductor_group } = { ...(await route.find(uuid)), ...patch };
      const params = options === undefined ? { uuid, patch } : { uuid, patch, options };
      return send(await route.placed({ uuid, driver, conductor_group }), 'updateNode', c, params, (s) =>
        s.updateNode(c, uuid, patch, options),
      );
    },
    destroyNode: async (c, uuid) =>
      void (await send(
        await route.node(uuid),
        'destroyNode',
        c,
        { uuid },
        quiet((s) => s.destroyNode(c, uuid)),
      )),
    setMaintenance: async (c, uuid, on, reason) =>
      void (await send(
        await route.node(uuid),
        'setMaintenance',
        c,
        { uuid, on, reason },
        quiet((s) => s.setMaintenance(c, uuid, on, reason)),
      )),
    setTraits: async (c, uuid, change) =>
      void (await send(
        await route.node(uuid),
        'setTraits',
        c,
        { uuid, change },
        quiet((s) => s.setTraits(c, uuid, change)),
      )),
    provision: async (c, uuid, request) =>
      void (await send(
        await route.node(uuid),
        'provision',
        c,
        { uuid, request },
        quiet((s) => s.provision(c, uuid, request)),
      )),
    changePower: async (c, uuid, target, timeoutSeconds) =>
      void (await send(
        await route.node(uuid),
        'changePower',
        c,
        { uuid, target, timeoutSeconds },
        quiet((s) => s.changePower(c, uuid, target, timeoutSeconds)),
      )),
    setBootMode: async (c, uuid, mode) =>
      void (await send(
        await route.node(uuid),
        'setBootMode',
        c,
        { uuid, mode },
        quiet((s) => s.setBootMode(c, uuid, mode)),
      )),
    setSecureBoot: async (c, uuid, on) =>
      void (await send(
        await route.node(uuid),
        'setSecureBoot',
        c,
        { uuid, on },
        quiet((s) => s.setSecureBoot(c, uuid, on)),
      )),
    validate: async (c, uuid) => send(await route.node(uuid), 'validate', c, { uuid }, (s) => s.validate(c, uuid)),
    getBootDevice: async (c, uuid) => send(await route.node(uuid), 'getBootDevice', c, { uuid }, (s) => s.getBootDevice(c, uuid)),
    setBootDevice: async (c, uuid, device, persistent) =>
      void (await send(
        await route.node(uuid),
        'setBootDevice',
        c,
        { uuid, device, persistent },
        quiet((s) => s.setBootDevice(c, uuid, device, persistent)),
      )),
    supportedBootDevices: async (c, uuid) =>
      send(await route.node(uuid), 'supportedBootDevices', c, { uuid }, async (s) => [...(await s.supportedBootDevices(c, uuid))]),
    injectNmi: async (c, uuid) =>
      void (await send(
        await route.node(uuid),
        'injectNmi',
        c,
        { uuid },
        quiet((s) => s.injectNmi(c, uuid)),
      )),
    setTargetRaidConfig: async (c, uuid, config) =>
      void (await send(
        await route.node(uuid),
        'setTargetRaidConfig',
        c,
        { uuid, config },
        quiet((s) => s.setTargetRaidConfig(c, uuid, config)),
      )),
    vifList: async (c, uuid) => send(await route.node(uuid), 'vifList', c, { uuid }, (s) => s.vifList(c, uuid)),
    vifAttach: async (c, uuid, vif) =>
      void (await send(
        await route.node(uuid),
        'vifAttach',
        c,
        { uuid, vif },
        quiet((s) => s.vifAttach(c, uuid, vif)),
      )),
    vifDetach: async (c, uuid, vifId) =>
      void (await send(
        await route.node(uuid),
        'vifDetach',
        c,
        { uuid, vifId },
        quiet((s) => s.vifDetach(c, uuid, vifId)),
      )),
    createPort: async (c, values) => send(await route.node(values.node_uuid), 'createPort', c, { values }, (s) => s.createPort(c, values)),
    updatePort: async (c, uuid, patch, options) => {
      const params = options === undefined ? { uuid, patch } : { uuid, patch, options };
      return send(await route.port(uuid), 'updatePort', c, params, (s) => s.updatePort(c, uuid, patch, options));
    },
    destroyPort: async (c, uuid) =>
      void (await send(
        await route.port(uuid),
        'destroyPort',
        c,
        { uuid },
        quiet((s) => s.destroyPort(c, uuid)),
      )),
    updatePortgroup: async (c, uuid, patch, options) => {
      const params = options === undefined ? { uuid, patch } : { uuid, patch, options };
      return send(await route.portgroup(uuid), 'updatePortgroup', c, params, (s) => s.updatePortgroup(c, uuid, patch, options));
    },
    destroyPortgroup: async (c, uuid) =>
      void (await send(
        await route.portgroup(uuid),
        'destroyPortgroup',
        c,
        { uuid },
        quiet((s) => s.destroyPortgroup(c, uuid)),
      )),
    createAllocation: async (c, values, nodeUuid) => {
      const hosts = nodeUuid === undefined ? await route.any(values.uuid ?? values.name ?? '') : await route.node(nodeUuid);
      const params = nodeUuid === undefined ? { values } : { values, nodeUuid };
      return send(hosts, 'createAllocation', c, params, (s) => s.createAllocation(c, values, nodeUuid));
    },
    destroyAllocation: async (c, uuid) =>
      void (await send(
        await route.any(uuid),
        'destroyAllocation',
        c,
        { uuid },
        quiet((s) => s.destroyAllocation(c, uuid)),
      )),
    updateVolumeConnector: async (c, uuid, patch) =>
      send(await route.volume('connector', uuid), 'updateVolumeConnector', c, { uuid, patch }, (s) =>
        s.updateVolumeConnector(c, uuid, patch),
      ),
    updateVolumeTarget: async (c, uuid, patch) =>
      send(await route.volume('target', uuid), 'updateVolumeTarget', c, { uuid, patch }, (s) => s.updateVolumeTarget(c, uuid, patch)),
    destroyVolume: async (c, kind, uuid) =>
      void (await send(
        await route.volume(kind, uuid),
        'destroyVolume',
        c,
        { kind, uuid },
        quiet((s) => s.destroyVolume(c, kind, uuid)),
      )),
    vendorMethods: async (c, uuid) => send(await route.node(uuid), 'vendorMethods', c, { uuid }, (s) => s.vendorMethods(c, uuid)),
    vendorPassthru: async (c, uuid, call) =>
      send(await route.node(uuid), 'vendorPassthru', c, { uuid, call }, (s) => s.vendorPassthru(c, uuid, call)),
    getConsole: async (c, uuid) => send(await route.node(uuid), 'getConsole', c, { uuid }, (s) => s.getConsole(c, uuid)),
    setConsole: async (c, uuid, on) =>
      void (await send(
        await route.node(uuid),
        'setConsole',
        c,
        { uuid, on },
        quiet((s) => s.setConsole(c, uuid, on)),
      )),
    lookup: async (c, query) => {
      const hosts = await route.agent(query.nodeUuid, query.addresses ?? []);
      return send(hosts, 'lookup', c, { query }, (s) => s.lookup(c, query));
    },
    heartbeat: async (c, uuid, heartbeat) =>
      void (await send(
        await route.node(uuid),
        'heartbeat',
        c,
        { uuid, heartbeat },
        quiet((s) => s.heartbeat(c, uuid, heartbeat)),
      )),
    continueInspection: async (c, query, data) =>
      send(await route.agent(query.nodeUuid, []), 'continueInspection', c, { query, data }, (s) => s.continueInspection(c, query, data)),
    driverProperties: async (c, driver) =>
      send(await route.driver(driver), 'driverProperties', c, { driver }, (s) => s.driverProperties(c, driver)),
    logicalDiskProperties: async (c, driver) =>
      send(await route.driver(driver), 'logicalDiskProperties', c, { driver }, (s) => s.logicalDiskProperties(c, driver)),
    recover: async (c, uuid, confirm) =>
      send(await route.recoverer(uuid), 'recover', c, { uuid, confirm }, (s) => s.recover(c, uuid, confirm)),
    conductorOf: (node) => remote.view.conductorOf(node),
    drivers: () => allDrivers(remote),
    close: () => remote.close(),
  };
}

/** The hosts to ask, the best first. */
function createRouting(store: Store, remote: RemoteConductors) {
  const { view } = remote;

  /** @throws TEMPORARY_FAILURE when no conductor lives. */
  async function any(key: string): Promise<string[]> {
    if (view.live().length === 0) await remote.reread();
    const hosts = view.live().map((record) => record.hostname);
    if (hosts.length === 0)
      throw new WroughtError('TEMPORARY_FAILURE', 'Resource temporarily unavailable, please retry: no conductor is alive.');
    return rendezvousOrder(key, hosts.sort());
  }

  /** @throws NO_VALID_HOST when no live conductor has driver and group, TEMPORARY_FAILURE when none lives at all. */
  async function placed(node: Placed): Promise<string[]> {
    if (view.hostsFor(node.conductor_group, node.driver).length === 0) await remote.reread();
    const hosts = view.hostsFor(node.conductor_group, node.driver);
    if (hosts.length > 0) return rendezvousOrder(node.uuid, hosts);
    await any(node.uuid);
    throw new WroughtError(
      'NO_VALID_HOST',
      `No valid host was found. Reason: No conductor service registered which supports driver ${node.driver} for conductor group "${node.conductor_group.toLowerCase()}".`,
    );
  }

  async function find(uuid: string): Promise<Node> {
    const node = await store.nodes.getByUuid(uuid);
    if (!node) throw new WroughtError('NOT_FOUND', `Node ${uuid} could not be found.`);
    return node;
  }
  const node = async (uuid: string): Promise<string[]> => placed(await find(uuid));

  return {
    any,
    placed,
    find,
    node,
    async port(uuid: string): Promise<string[]> {
      const port = await store.ports.getByUuid(uuid);
      if (!port) throw new WroughtError('NOT_FOUND', `Port ${uuid} could not be found.`);
      return node(port.node_uuid);
    },
    async portgroup(uuid: string): Promise<string[]> {
      const group = await store.portgroups.getByUuid(uuid);
      if (!group) throw new WroughtError('NOT_FOUND', `Portgroup ${uuid} could not be found.`);
      return node(group.node_uuid);
    },
    async volume(kind: 'connector' | 'target', uuid: string): Promise<string[]> {
      const record: { node_uuid: string } | undefined = await (kind === 'connector'
        ? store.volumeConnectors.getByUuid(uuid)
        : store.volumeTargets.getByUuid(uuid));
      if (!record) throw new WroughtError('NOT_FOUND', `Volume ${kind} ${uuid} could not be found.`);
      return node(record.node_uuid);
    },
    /** Calls of agents, which may name no node that exists: any conductor refuses those. */
    async agent(uuid: string | undefined, addresses: readonly string[]): Promise<string[]> {
      if (uuid !== undefined) {
        const named = await store.nodes.getByUuid(uuid);
        return named ? placed(named) : any(uuid);
      }
      const owners = await store.nodes.findByMacs(addresses.map((address) => address.toLowerCase()));
      return owners.length === 1 && owners[0] ? placed(owners[0]) : any(addresses.join());
    },
    /** Freeing a node needs no driver: any conductor does where nobody has it. */
    async recoverer(uuid: string): Promise<string[]> {
      const { conductor_group, driver } = await find(uuid);
      return view.hostsFor(conductor_group, driver).length > 0 ? placed({ uuid, conductor_group, driver }) : any(uuid);
    },
    /** A conductor that has the hardware type; any of them says that nobody has it. */
    async driver(name: string): Promise<string[]> {
      const having = view
        .live()
        .filter((record) => record.drivers.includes(name))
        .map((record) => record.hostname);
      return having.length > 0 ? rendezvousOrder(name, having) : any(name);
    },
  };
}

/** Every hardware type, described by a conductor that has it: no one conductor knows them all. */
async function allDrivers(remote: RemoteConductors): Promise<DriverSummary[]> {
  if (remote.view.live().length === 0) await remote.reread();
  const hosts = new Map<string, string[]>();
  for (const { hostname, drivers } of remote.view.live()) {
    for (const driver of drivers) hosts.set(driver, [...(hosts.get(driver) ?? []), hostname]);
  }
  const known = new Map<string, DriverSummary>();
  const context: RequestContext = { requestId: 'drivers', user: null, project: null };
  for (const [name, having] of [...hosts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (known.has(name)) continue;
    const told = await remote.call({
      hosts: rendezvousOrder(name, having),
      method: 'drivers',
      context,
      params: {},
      local: (service) => service.drivers(),
    });
    for (const summary of told)
      if (!known.has(summary.name)) known.set(summary.name, { ...summary, hosts: [...(hosts.get(summary.name) ?? summary.hosts)].sort() });
  }
  return [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
