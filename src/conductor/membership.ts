import type { Logger } from '../config/logger.ts';
import type { Clock } from '../model/clock.ts';
import type { ConductorRecord } from '../model/conductor-record.ts';
import { messageOf } from '../model/errors.ts';
import type { Store } from '../store/store.ts';
import { rendezvous } from './rendezvous.ts';

/**
 * Who is a member of the cluster, as this conductor knows it, and which member a node maps to. The record of this conductor is kept alive
 * here; the view of the others is as old as the last keepalive.
 */
export class Membership {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #self: { hostname: string; conductor_group: string; drivers: string[]; rpc_url: string | null };
  readonly #intervalMs: number;
  readonly #timeoutMs: number;
  #records: ConductorRecord[] = [];
  /** `group\ndriver` to live host names, sorted; emptied when the view changes. */
  #candidates = new Map<string, readonly string[]>();
  #cancelTimer: (() => void) | null = null;
  #leaving = false;

  constructor(parts: {
    store: Store;
    clock: Clock;
    log: Logger;
    hostname: string;
    group: string;
    drivers: string[];
    intervalMs: number;
    timeoutMs: number;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#self = { hostname: parts.hostname, conductor_group: parts.group, drivers: parts.drivers, rpc_url: null };
    this.#intervalMs = parts.intervalMs;
    this.#timeoutMs = parts.timeoutMs;
  }

  /** Registers this conductor and starts the keepalive. */
  async join(): Promise<void> {
    await this.#store.conductors.register(this.#self);
    await this.refresh();
    this.#schedule();
  }

  /** Marks this conductor offline, so that others take its nodes over at once, and ends the keepalive. */
  async leave(): Promise<void> {
    this.#leaving = true;
    this.#cancelTimer?.();
    await this.#store.conductors.setOffline(this.#self.hostname);
  }

  /** Reads the members anew. */
  async refresh(): Promise<void> {
    this.#records = await this.#store.conductors.list();
    this.#candidates = new Map();
  }

  /** Conductors that are online and were heard of within the heartbeat timeout; this one always is one until it leaves. */
  live(): readonly ConductorRecord[] {
    const oldest = this.#clock.now() - this.#timeoutMs;
    return this.#records.filter((record) =>
      record.hostname === this.#self.hostname ? !this.#leaving : record.online && record.updated_at >= oldest,
    );
  }

  /** Host name of the live conductor that the node maps to; null when none serves its group and driver. */
  conductorOf(node: { uuid: string; conductor_group: string; driver: string }): string | null {
    return rendezvous(node.uuid, this.hostsFor(node.conductor_group, node.driver));
  }

  /** Live host names that serve a driver in a group. */
  hostsFor(group: string, driver: string): readonly string[] {
    const key = `${group.toLowerCase()}\n${driver}`;
    let hosts = this.#candidates.get(key);
    if (!hosts) {
      hosts = this.live()
        .filter((record) => record.conductor_group === group.toLowerCase() && record.drivers.includes(driver))
        .map((record) => record.hostname)
        .sort();
      this.#candidates.set(key, hosts);
    }
    return hosts;
  }

  /** True when background work on the node is this conductor's: the node maps here. */
  isMine(node: { uuid: string; conductor_group: string; driver: string }): boolean {
    return this.conductorOf(node) === this.#self.hostname;
  }

  /**
   * True when this conductor is the one to free and fail the node: its own, or one that no live conductor can drive and that falls to
   * this one among all live ones. Failing a node needs no driver.
   */
  mayRecover(node: { uuid: string; conductor_group: string; driver: string }): boolean {
    const owner =
      this.conductorOf(node) ??
      rendezvous(
        node.uuid,
        this.live()
          .map((record) => record.hostname)
          .sort(),
      );
    return owner === this.#self.hostname;
  }

  #schedule(): void {
    if (this.#leaving) return;
    this.#cancelTimer = this.#clock.after(this.#intervalMs, () => {
      void this.#keepAlive().finally(() => this.#schedule());
    });
  }

  async #keepAlive(): Promise<void> {
    try {
      // The record may have been removed by hand: then it is made again.
      if (!(await this.#store.conductors.touch(this.#self.hostname)) && !this.#leaving) await this.#store.conductors.register(this.#self);
      await this.refresh();
    } catch (error) {
      this.#log.error({ error: messageOf(error) }, 'the keepalive of this conductor could not be written');
    }
  }
}
