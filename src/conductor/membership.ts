import type { Logger } from '../config/logger.ts';
import type { Clock } from '../model/clock.ts';
import type { ConductorRecord } from '../model/conductor-record.ts';
import { messageOf } from '../model/errors.ts';
import type { Store } from '../store/store.ts';
import { MemberView, type Placed } from './member-view.ts';
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
  readonly #view: MemberView;
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
    rpcUrl?: string | null;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#self = { hostname: parts.hostname, conductor_group: parts.group, drivers: parts.drivers, rpc_url: parts.rpcUrl ?? null };
    this.#intervalMs = parts.intervalMs;
    // This conductor is a member until it leaves, however late its own keepalive may be.
    const knownAlive = (hostname: string): boolean | null => (hostname === parts.hostname ? !this.#leaving : null);
    this.#view = new MemberView({ ...parts, knownAlive });
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
    await this.#view.refresh();
  }

  /** Conductors that are online and were heard of within the heartbeat timeout; this one always is one until it leaves. */
  live(): readonly ConductorRecord[] {
    return this.#view.live();
  }

  /** Host name of the live conductor that the node maps to; null when none serves its group and driver. */
  conductorOf(node: Placed): string | null {
    return this.#view.conductorOf(node);
  }

  /** Live host names that serve a driver in a group. */
  hostsFor(group: string, driver: string): readonly string[] {
    return this.#view.hostsFor(group, driver);
  }

  /** True when background work on the node is this conductor's: the node maps here. */
  isMine(node: Placed): boolean {
    return this.conductorOf(node) === this.#self.hostname;
  }

  /**
   * True when this conductor is the one to free and fail the node: its own, or one that no live conductor can drive and that falls to
   * this one among all live ones. Failing a node needs no driver.
   */
  mayRecover(node: Placed): boolean {
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
