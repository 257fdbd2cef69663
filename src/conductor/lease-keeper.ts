import type { Logger } from '../config/logger.ts';
import type { Clock } from '../model/clock.ts';
import { messageOf, WroughtError } from '../model/errors.ts';
import type { Lease, LeaseHolder } from '../model/lease.ts';
import type { Node } from '../model/node.ts';
import type { Store } from '../store/store.ts';

/** A lease in hand: the proof for writes, and the signal that says it was lost. */
export interface HeldLease {
  readonly lease: Lease;
  /** The node as it was when the lease was taken. */
  readonly node: Node;
  /** Aborted with LEASE_LOST when another conductor may hold the node. */
  readonly signal: AbortSignal;
}

/** `once`: one try. `usual`: `[conductor]node_locked_retry_*`. `patient`: until the lease is free or `signal` aborts. */
export type LeaseRetry = 'once' | 'usual' | 'patient';

interface Entry {
  held: HeldLease;
  controller: AbortController;
  /** When the lease ends by what is known here, in milliseconds. */
  expiresAt: number;
}

/**
 * The leases of this conductor.
 *
 *     acquire ──▶ held ──renew (all in one statement, every third of the lease)──▶ held
 *                  │ ╲── renewal says lost, or no renewal got through in time ──▶ signal aborts, writes are refused by the token
 *                  ╰── release (or released by the last transaction of the work, then `forget`)
 */
export class LeaseKeeper {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #hostname: string;
  readonly #ttlMs: number;
  readonly #attempts: number;
  readonly #retryMs: number;
  readonly #held = new Map<string, Entry>();
  #cancelTimer: (() => void) | null = null;
  #stopped = false;

  constructor(parts: {
    store: Store;
    clock: Clock;
    log: Logger;
    hostname: string;
    ttlMs: number;
    retryAttempts: number;
    retryMs: number;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#hostname = parts.hostname;
    this.#ttlMs = parts.ttlMs;
    this.#attempts = Math.max(1, parts.retryAttempts);
    this.#retryMs = parts.retryMs;
    this.#schedule();
  }

  /** Number of leases in hand. */
  get count(): number {
    return this.#held.size;
  }

  /**
   * Takes the node's lease. @param purpose in words, shown to whoever asks for the node meanwhile. @throws NODE_LOCKED, NOT_FOUND.
   */
  async acquire(uuid: string, purpose: string, retry: LeaseRetry = 'usual', signal?: AbortSignal): Promise<HeldLease> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#store.nodes.acquireLease(uuid, { holder: this.#hostname, purpose, ttlMs: this.#ttlMs });
      if ('lease' in answer) return this.#keep(answer.lease, answer.node);
      const exhausted = retry === 'once' || (retry === 'usual' && attempt >= this.#attempts);
      if (exhausted) throw nodeLocked(uuid, answer.heldBy);
      await this.#clock.sleep(this.#retryMs, signal);
    }
  }

  /**
   * Whether the lease may still be counted on by the clock alone: a process that stood still may have been taken over without having
   * been told. @throws LEASE_LOST.
   */
  requireFresh(held: HeldLease): void {
    const entry = this.#held.get(keyOf(held.lease));
    if (entry && this.#clock.now() >= entry.expiresAt) this.#lose(entry, 'it could not be renewed in time');
    held.signal.throwIfAborted();
  }

  /** True when this process works on the node under that token. */
  holds(uuid: string, token: number): boolean {
    return this.#held.has(`${uuid}/${token}`);
  }

  /** Gives the node back. A lease that was lost meanwhile is only forgotten. */
  async release(held: HeldLease): Promise<void> {
    if (!this.forget(held)) return;
    try {
      await this.#store.nodes.releaseLease(held.lease);
    } catch (error) {
      // The lease is not renewed any more and ends by itself.
      this.#log.warn({ node: held.lease.nodeUuid, error: messageOf(error) }, 'a lease could not be released; it will run out');
    }
  }

  /** Stops renewing; for leases that a transaction has released already. False when it was not in hand any more. */
  forget(held: HeldLease): boolean {
    const entry = this.#held.get(keyOf(held.lease));
    if (!entry) return false;
    this.#held.delete(keyOf(held.lease));
    return true;
  }

  /** Ends the renewal loop and gives everything back. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    for (const entry of [...this.#held.values()]) {
      entry.controller.abort(new WroughtError('LEASE_LOST', `conductor ${this.#hostname} stops`));
      await this.release(entry.held);
    }
  }

  #keep(lease: Lease, node: Node): HeldLease {
    const controller = new AbortController();
    const held: HeldLease = { lease, node, signal: controller.signal };
    this.#held.set(keyOf(lease), { held, controller, expiresAt: this.#clock.now() + this.#ttlMs });
    return held;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#cancelTimer = this.#clock.after(this.#ttlMs / 3, () => {
      void this.#renew().finally(() => this.#schedule());
    });
  }

  async #renew(): Promise<void> {
    const entries = [...this.#held.values()];
    if (entries.length === 0) return;
    const asked = this.#clock.now();
    try {
      const lost = await this.#store.nodes.renewLeases(
        entries.map((entry) => entry.held.lease),
        this.#ttlMs,
      );
      const lostKeys = new Set(lost.map(keyOf));
      for (const entry of entries) {
        if (lostKeys.has(keyOf(entry.held.lease))) this.#lose(entry, 'it was taken over or removed');
        else entry.expiresAt = asked + this.#ttlMs;
      }
    } catch (error) {
      this.#log.error({ error: messageOf(error), leases: entries.length }, 'leases could not be renewed');
      for (const entry of entries) if (this.#clock.now() >= entry.expiresAt) this.#lose(entry, 'it could not be renewed in time');
    }
  }

  #lose(entry: Entry, why: string): void {
    if (!this.forget(entry.held)) return;
    const { nodeUuid, purpose } = entry.held.lease;
    this.#log.warn({ node: nodeUuid, purpose, why }, 'lease lost');
    entry.controller.abort(
      new WroughtError('LEASE_LOST', `Node ${nodeUuid}: conductor ${this.#hostname} lost its lease for ${purpose}: ${why}.`),
    );
  }
}

function keyOf(lease: Lease): string {
  return `${lease.nodeUuid}/${lease.token}`;
}

function nodeLocked(uuid: string, holder: LeaseHolder): WroughtError {
  const since = holder.since === null ? '' : ` since ${new Date(holder.since).toISOString()}`;
  const purpose = holder.purpose === null ? '' : ` It is held for ${holder.purpose}${since}.`;
  return new WroughtError(
    'NODE_LOCKED',
    `Node ${uuid} is locked by host ${holder.holder}, please retry after the current operation is completed.${purpose}`,
  );
}
