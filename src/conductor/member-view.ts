import type { Clock } from '../model/clock.ts';
import type { ConductorRecord } from '../model/conductor-record.ts';
import type { Store } from '../store/store.ts';
import { rendezvous } from './rendezvous.ts';

/** What placement needs to know of a node. */
export interface Placed {
  readonly uuid: string;
  readonly conductor_group: string;
  readonly driver: string;
}

/**
 * The register of conductors as it was at the last refresh, and which live one a node maps to. Every process that has the same register
 * maps nodes alike.
 */
export class MemberView {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  /** Says whether a conductor is alive where this process knows better than the register; null leaves it to the register. */
  readonly #knownAlive: (hostname: string) => boolean | null;
  #records: ConductorRecord[] = [];
  /** `group\ndriver` to live host names, sorted; emptied when the view changes. */
  #candidates = new Map<string, readonly string[]>();

  constructor(parts: { store: Store; clock: Clock; timeoutMs: number; knownAlive?: (hostname: string) => boolean | null }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#timeoutMs = parts.timeoutMs;
    this.#knownAlive = parts.knownAlive ?? (() => null);
  }

  /** Reads the members anew. */
  async refresh(): Promise<void> {
    this.#records = await this.#store.conductors.list();
    this.#candidates = new Map();
  }

  get(hostname: string): ConductorRecord | undefined {
    return this.#records.find((record) => record.hostname === hostname);
  }

  isAlive(record: ConductorRecord): boolean {
    return this.#knownAlive(record.hostname) ?? (record.online && record.updated_at >= this.#clock.now() - this.#timeoutMs);
  }

  /** Conductors that are online and were heard of within the heartbeat timeout. */
  live(): readonly ConductorRecord[] {
    return this.#records.filter((record) => this.isAlive(record));
  }

  /** Host name of the live conductor that the node maps to; null when none serves its group and driver. */
  conductorOf(node: Placed): string | null {
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
}
