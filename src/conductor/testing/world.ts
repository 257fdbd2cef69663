/**
 * A store, a virtual clock, scripted machines and conductors that come and go: what the tests of the conductor play in.
 *
 *     const world = await World.open(); await world.start(); const node = await world.enroll(); await world.verb(node, 'manage'); …
 */
import { configFrom } from '../../config/config-from.ts';
import { silentLogger } from '../../config/logger.ts';
import { VirtualClock } from '../../model/clock.ts';
import { INTERFACE_KINDS } from '../../model/interface-kind.ts';
import type { Node } from '../../model/node.ts';
import type { ProvisionState } from '../../model/states.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import type { ProvisionRequest, RequestContext } from '../conductor-service.ts';
import { type Conductor, startConductor } from '../start-conductor.ts';
import { type Life, mortalClock, mortalStore } from './mortal.ts';
import { ScriptedMachine } from './scripted-machine.ts';
import { createScriptedRegistry, SCRIPTED } from './scripted-registry.ts';

export const REQUEST: RequestContext = { requestId: 'req-test', user: 'tester', project: null };

const OPTIONS = { 'conductor.sync_power_state_interval': '0', 'conductor.power_failure_recovery_interval': '0' };

export class World {
  readonly clock: VirtualClock;
  readonly store: Store;
  readonly machines = new Map<string, ScriptedMachine>();
  readonly #options: Record<string, string>;
  #conductor: { conductor: Conductor; life: Life } | null = null;
  #enrolled = 0;

  private constructor(store: Store, clock: VirtualClock, options: Record<string, string>) {
    this.store = store;
    this.clock = clock;
    this.#options = { ...OPTIONS, ...options };
  }

  static async open(options: Record<string, string> = {}): Promise<World> {
    const clock = new VirtualClock();
    return new World(await openStore('sqlite::memory:', { clock, log: silentLogger }), clock, options);
  }

  /** The conductor that is alive. */
  get conductor(): Conductor {
    if (!this.#conductor) throw new Error('no conductor is alive');
    return this.#conductor.conductor;
  }

  get alive(): boolean {
    return this.#conductor !== null && !this.#conductor.life.over;
  }

  /** True while a death has been arranged for. */
  get doomed(): boolean {
    return this.#conductor !== null && this.#conductor.life.callsLeft !== null;
  }

  /** @param callsLeft the conductor dies when it has called the store so often. */
  async start(hostname = 'c1', callsLeft: number | null = null): Promise<void> {
    const life: Life = { over: false, callsLeft: null };
    const conductor = await startConductor({
      store: mortalStore(this.store, life),
      config: configFrom(this.#options),
      clock: mortalClock(this.clock, life),
      log: silentLogger,
      registry: createScriptedRegistry(this.machines),
      hostname,
    });
    life.callsLeft = callsLeft;
    this.#conductor = { conductor, life };
  }

  /** The conductor is gone from one moment to the next. */
  crash(): void {
    if (this.#conductor) this.#conductor.life.over = true;
    this.#conductor = null;
  }

  async close(): Promise<void> {
    this.crash();
    await this.store.close();
  }

  async enroll(patch: Partial<Node> = {}): Promise<string> {
    this.#enrolled++;
    const node = await this.store.nodes.create({
      driver: SCRIPTED,
      ...Object.fromEntries(INTERFACE_KINDS.map((kind) => [`${kind}_interface`, SCRIPTED])),
      ...patch,
    });
    this.machines.set(node.uuid, new ScriptedMachine(node.uuid));
    await this.store.ports.create({ node_uuid: node.uuid, address: `52:54:00:00:00:${String(this.#enrolled).padStart(2, '0')}` });
    return node.uuid;
  }

  async node(uuid: string): Promise<Node> {
    const node = await this.store.nodes.getByUuid(uuid);
    if (!node) throw new Error(`node ${uuid} is gone`);
    return node;
  }

  machine(uuid: string): ScriptedMachine {
    const machine = this.machines.get(uuid);
    if (!machine) throw new Error(`no machine ${uuid}`);
    return machine;
  }

  /** Asks for a verb and lets it run as far as it goes by itself. */
  async verb(uuid: string, verb: string, more: Omit<ProvisionRequest, 'verb'> = {}): Promise<void> {
    await this.conductor.provision(REQUEST, uuid, { verb, ...more });
    await this.settle();
  }

  /** Lets promises and due timers run. */
  async settle(): Promise<void> {
    for (let i = 0; i < 6; i++) await this.clock.advance(0);
  }

  async advance(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1000);
    await this.settle();
  }

  /** The machine's agent looks its node up, once a boot, and says that it is there. False when no agent runs or it is refused. */
  async agentCalls(uuid: string): Promise<boolean> {
    const { agent } = this.machine(uuid);
    if (!agent) return false;
    if (agent.token === null) {
      const answer = await this.conductor.lookup(REQUEST, { nodeUuid: uuid }).catch(() => null);
      const token = answer?.config.agent_token;
      if (typeof token !== 'string' || token === '******') return false;
      agent.token = token;
    }
    const beat = { callback_url: agent.url, agent_version: '9.0', agent_token: agent.token };
    const taken = await this.conductor.heartbeat(REQUEST, uuid, beat).then(
      () => true,
      () => false,
    );
    await this.settle();
    return taken;
  }

  /** Plays the agent's part until the node has reached a state or no progress is made. */
  async playAgent(uuid: string, until: ProvisionState, rounds = 30): Promise<ProvisionState> {
    for (let i = 0; i < rounds; i++) {
      const { provision_state: state } = await this.node(uuid);
      if (state === until) return state;
      this.machine(uuid).endCommand('succeeded');
      await this.agentCalls(uuid);
      await this.advance(5);
    }
    return (await this.node(uuid)).provision_state;
  }

  /** A node brought to a state by the ordinary way. */
  async nodeIn(state: 'manageable' | 'available' | 'active'): Promise<string> {
    const uuid = await this.enroll();
    await this.verb(uuid, 'manage');
    if (state === 'manageable') return uuid;
    await this.verb(uuid, 'provide');
    await this.playAgent(uuid, 'available');
    if (state === 'available') return uuid;
    await this.verb(uuid, 'active');
    await this.playAgent(uuid, 'active');
    return uuid;
  }
}
