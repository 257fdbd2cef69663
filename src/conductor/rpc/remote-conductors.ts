/**
 * The conductors as another process sees them: which are alive, and how to reach one that serves.
 *
 *     call ──▶ the one that maps ─┬─ answers ──▶ done
 *                                 ├─ certainly did nothing (connection refused, stopping) ──▶ the next in order
 *                                 ╰─ may have done it ─┬─ a question ──▶ the next in order
 *                                                      ╰─ a change ──▶ error: nobody asks twice
 */
import { Agent } from 'undici';
import type { Config } from '../../config/config.ts';
import type { Logger } from '../../config/logger.ts';
import type { Clock } from '../../model/clock.ts';
import { messageOf, WroughtError } from '../../model/errors.ts';
import type { Store } from '../../store/store.ts';
import type { ConductorService, RequestContext } from '../conductor-service.ts';
import { MemberView } from '../member-view.ts';
import { type Caller, CallFailed, callConductor } from './call-conductor.ts';
import { RPC_METHODS, type RpcMethod, type RpcParams, type RpcResult } from './rpc-methods.ts';
import { maxRpcBody, rpcSecret } from './rpc-options.ts';

/** The conductor of this very process, which is called plainly. */
export interface LocalConductor {
  readonly hostname: string;
  readonly service: ConductorService;
}

/** A call that has been decided on: by method and parameters for others, as a function for the conductor of this process. */
export interface Wish<M extends RpcMethod> {
  readonly method: M;
  readonly context: RequestContext;
  readonly params: RpcParams<M>;
  /** Host names to ask, the best first; not empty. */
  readonly hosts: readonly string[];
  readonly local: (service: ConductorService) => Promise<RpcResult<M>>;
}

/** A miss makes the register be read again, but not more often than this, in milliseconds. */
const REREAD_MS = 500;

export class RemoteConductors {
  readonly view: MemberView;
  readonly #caller: Caller;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #intervalMs: number;
  readonly #timeoutMs: number;
  readonly #local: LocalConductor | null;
  /** Calls that wait for an answer. */
  readonly #open = new Set<{ readonly host: string; readonly controller: AbortController }>();
  #readAt = Number.NEGATIVE_INFINITY;
  #cancelTimer: (() => void) | null = null;
  #closed = false;

  constructor(parts: { store: Store; config: Config; clock: Clock; log: Logger; local?: LocalConductor }) {
    const { store, config, clock, log, local } = parts;
    this.#clock = clock;
    this.#log = log;
    this.#local = local ?? null;
    this.#intervalMs = config.integer('conductor', 'heartbeat_interval') * 1000;
    this.#timeoutMs = config.integer('conductor', 'heartbeat_timeout') * 1000;
    const knownAlive = (hostname: string): boolean | null => (hostname === local?.hostname ? true : null);
    this.view = new MemberView({ store, clock, timeoutMs: this.#timeoutMs, knownAlive });
    this.#caller = {
      // Limits on headers and body are those of the call as a whole.
      dispatcher: new Agent({ connect: { timeout: 5000 }, headersTimeout: 0, bodyTimeout: 0 }),
      secret: rpcSecret(config),
      clock,
      timeoutMs: config.integer('wrought', 'rpc_timeout') * 1000,
      maxAnswer: maxRpcBody(config),
    };
  }

  /** Reads the register and keeps reading it. */
  async start(): Promise<void> {
    await this.refresh();
    this.#schedule();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelTimer?.();
    for (const { controller } of this.#open) controller.abort(new Error('this process stops'));
    await this.#caller.dispatcher.close();
  }

  async refresh(): Promise<void> {
    await this.view.refresh();
    this.#readAt = this.#clock.now();
    this.#giveUpOnTheDead();
  }

  /** For when nobody was found: the register as it is now, unless it has just been read. */
  async reread(): Promise<void> {
    if (this.#clock.now() - this.#readAt >= REREAD_MS) await this.refresh();
  }

  /** @throws catalogue errors of the conductor; TEMPORARY_FAILURE when none could be asked, or when one may have done it unseen. */
  async call<M extends RpcMethod>(wish: Wish<M>): Promise<RpcResult<M>> {
    const problems: string[] = [];
    for (const host of wish.hosts) {
      if (host === this.#local?.hostname) return wish.local(this.#local.service);
      const url = this.view.get(host)?.rpc_url ?? null;
      if (url === null) {
        problems.push(`conductor ${host} takes no calls from other processes (give it [wrought]rpc_secret)`);
        continue;
      }
      try {
        return await this.#ask(host, url, wish);
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error;
        this.#log.warn(
          { conductor: host, method: wish.method, taken: error.taken, error: error.message },
          'a conductor could not be asked',
        );
        if (error.taken && !RPC_METHODS[wish.method].repeatable) {
          throw new WroughtError('TEMPORARY_FAILURE', `${error.message}. It may have done it: look at the node before you ask again.`, {
            cause: error,
          });
        }
        problems.push(error.message);
      }
    }
    throw new WroughtError('TEMPORARY_FAILURE', `No conductor could be asked: ${problems.join('; ')}.`);
  }

  async #ask<M extends RpcMethod>(host: string, url: string, wish: Wish<M>): Promise<RpcResult<M>> {
    const entry = { host, controller: new AbortController() };
    this.#open.add(entry);
    try {
      return await callConductor(this.#caller, { host, url }, { ...wish, signal: entry.controller.signal });
    } finally {
      this.#open.delete(entry);
    }
  }

  /** A conductor that stands still still has its socket open: its silence in the register ends the calls that wait for it. */
  #giveUpOnTheDead(): void {
    const oldest = this.#clock.now() - this.#timeoutMs;
    for (const { host, controller } of this.#open) {
      const heard = this.view.get(host)?.updated_at ?? 0;
      if (heard < oldest) controller.abort(new Error(`it was not heard of for ${this.#timeoutMs / 1000} s`));
    }
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#cancelTimer = this.#clock.after(this.#intervalMs, () => {
      void this.refresh()
        .catch((error: unknown) => this.#log.error({ error: messageOf(error) }, 'the register of conductors could not be read'))
        .finally(() => this.#schedule());
    });
  }
}
