import type { Logger } from '../config/logger.ts';
import type { NodeDriver, Task } from '../drivers/driver.ts';
import { WroughtError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import type { InternalInfoPatch, Node, NodePatch, PowerTarget } from '../model/node.ts';
import type { Port, PortPatch } from '../model/port.ts';
import type { ConductorContext } from './conductor-context.ts';
import type { RequestContext } from './conductor-service.ts';
import type { HeldLease } from './lease-keeper.ts';
import { powerAction } from './power/power-action.ts';

/** State that a task and its narrowed copies share. */
interface Shared {
  readonly ctx: ConductorContext;
  readonly request: RequestContext | null;
  /** Null: the task may look but not write. */
  readonly held: HeldLease | null;
  node: Node;
  ports: readonly Port[];
  driver: NodeDriver | null;
}

/**
 * One node in work. Each write carries the lease, and none is done once the task's own signal has been aborted, so that a driver call
 * that was given up on (deadline, lost lease) can change nothing any more.
 */
export class NodeTask implements Task {
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly #shared: Shared;

  private constructor(shared: Shared, signal: AbortSignal) {
    this.#shared = shared;
    this.signal = signal;
    this.log = shared.ctx.log;
  }

  /** A task on a node whose lease is in hand. */
  static async open(ctx: ConductorContext, held: HeldLease, request: RequestContext | null): Promise<NodeTask> {
    const ports = await ctx.store.ports.ofNode(held.node.uuid);
    return new NodeTask({ ctx, request, held, node: held.node, ports, driver: null }, held.signal);
  }

  /** A task that only looks: for questions to the agent and the BMC that need no lease. Every write is refused. */
  static async look(ctx: ConductorContext, node: Node, request: RequestContext | null, signal: AbortSignal): Promise<NodeTask> {
    const ports = await ctx.store.ports.ofNode(node.uuid);
    return new NodeTask({ ctx, request, held: null, node, ports, driver: null }, signal);
  }

  get node(): Node {
    return this.#shared.node;
  }

  get ports(): readonly Port[] {
    return this.#shared.ports;
  }

  get request(): RequestContext | null {
    return this.#shared.request;
  }

  /** @throws LEASE_LOST for a task that may only look. */
  get held(): HeldLease {
    if (!this.#shared.held) throw readOnly(this.node.uuid);
    return this.#shared.held;
  }

  /** To be asked before the hardware is touched, which no token guards. @throws LEASE_LOST. */
  requireLease(): void {
    if (this.#shared.held) this.#shared.ctx.leases.requireFresh(this.#shared.held);
    this.signal.throwIfAborted();
  }

  /** @throws INTERFACE_NOT_FOUND when a stored interface is no longer enabled. */
  get driver(): NodeDriver {
    this.#shared.driver ??= this.#shared.ctx.registry.compose(this.#shared.node);
    return this.#shared.driver;
  }

  /** The same task with a further reason to stop. */
  narrowed(signal: AbortSignal): NodeTask {
    return new NodeTask(this.#shared, AbortSignal.any([this.signal, signal]));
  }

  /** Takes over what another write of the same holder has stored. */
  apply(node: Node): void {
    const before = this.#shared.node;
    this.#shared.node = node;
    if (node.driver !== before.driver || INTERFACE_FIELDS.some((field) => node[field] !== before[field])) this.#shared.driver = null;
  }

  async save(patch: NodePatch): Promise<void> {
    if ('provision_state' in patch || 'target_provision_state' in patch) {
      throw new WroughtError('INTERNAL', `Node ${this.node.uuid}: a task tried to write its provision state past the state machine.`);
    }
    await this.mutate(() => patch);
  }

  async saveInternal(patch: InternalInfoPatch): Promise<void> {
    await this.mutate((node) => ({ driver_internal_info: merged(node.driver_internal_info, patch) }));
  }

  /** Derives a patch from the stored node and writes it, under the lease. Null writes nothing. */
  async mutate(change: (node: Node) => NodePatch | null): Promise<Node> {
    this.signal.throwIfAborted();
    this.apply(await this.#shared.ctx.store.nodes.mutate(this.node.uuid, this.held.lease, change));
    return this.node;
  }

  async savePort(uuid: string, patch: PortPatch): Promise<void> {
    this.signal.throwIfAborted();
    await this.#underLease(async (tx) => {
      await tx.ports.update(uuid, patch);
    });
  }

  async addPort(address: string, patch: PortPatch = {}): Promise<void> {
    this.signal.throwIfAborted();
    await this.#underLease(async (tx) => {
      await tx.ports.create({ ...patch, node_uuid: this.node.uuid, address });
    });
  }

  async saveInventory(data: { inventory: JsonObject; plugin_data: JsonObject }): Promise<void> {
    this.signal.throwIfAborted();
    await this.#underLease(async (tx) => {
      await tx.inventory.set(this.node.uuid, data);
    });
  }

  async power(target: PowerTarget, timeoutSeconds?: number): Promise<void> {
    await powerAction(this.#shared.ctx, this, target, timeoutSeconds ?? null);
  }

  /** Reads the ports anew. */
  async reloadPorts(): Promise<void> {
    this.#shared.ports = await this.#shared.ctx.store.ports.ofNode(this.node.uuid);
  }

  /** Writes to tables that carry no lease of their own: the node's lease is checked in the same transaction. */
  async #underLease(work: (tx: Pick<ConductorContext['store'], 'ports' | 'inventory'>) => Promise<void>): Promise<void> {
    const { ctx } = this.#shared;
    await ctx.store.transaction(async (tx) => {
      await tx.nodes.mutate(this.node.uuid, this.held.lease, () => null);
      await work(tx);
    });
    await this.reloadPorts();
  }
}

const INTERFACE_FIELDS = [
  'boot_interface',
  'deploy_interface',
  'management_interface',
  'network_interface',
  'power_interface',
  'bios_interface',
  'console_interface',
  'firmware_interface',
  'inspect_interface',
  'raid_interface',
  'rescue_interface',
  'storage_interface',
  'vendor_interface',
] as const;

function readOnly(uuid: string): WroughtError {
  return new WroughtError('LEASE_LOST', `Node ${uuid}: a write without a lease was refused.`);
}

/** A document with keys set, or removed where the patch says undefined. */
export function merged(document: JsonObject, patch: InternalInfoPatch): JsonObject {
  const result = { ...document, ...patch };
  for (const [key, value] of Object.entries(patch)) if (value === undefined) delete result[key];
  return result;
}
