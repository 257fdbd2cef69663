import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../model/json.ts';
import { AgentError, HttpFault, wireError } from './agent-error.ts';

/** How a command reports that it is under way. */
export interface CommandRun {
  readonly signal: AbortSignal;
  progress(done: number, total: number): void;
}

/** A command of an extension. */
export interface AgentCommandSpec {
  /** `sync`: answered when it has ended. `async`: answered at once, one at a time. */
  readonly kind: 'sync' | 'async';
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Accepts any further parameter. */
  readonly open?: boolean;
  /** Refuses parameters before the command starts (HTTP 400). */
  check?(params: JsonObject): void;
  run(params: JsonObject, run: CommandRun): Promise<Json>;
}

/** `extension.command` to what it does. */
export type CommandTable = Readonly<Record<string, AgentCommandSpec>>;

/** A result as it travels. */
export interface ResultDocument extends JsonObject {
  id: string;
  command_name: string;
  command_status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CLEAN_VERSION_MISMATCH';
  command_error: JsonObject | null;
  command_result: JsonObject | null;
  progress?: JsonObject;
}

interface Entry {
  document: ResultDocument;
  readonly ended: Promise<void>;
  /** Length of the result as JSON text. */
  size: number;
}

/** Results kept; the oldest ended ones go first. A conductor looks at the last few. */
const MAX_RESULTS = 256;
/** A result longer than this is kept whole only while it is the newest such one: log archives are megabytes. */
const BIG_RESULT = 64 * 1024;
/** Synchronous commands that may wait for their turn. */
const MAX_WAITING = 16;

/**
 * Runs commands one at a time and keeps their results in order. While an asynchronous command runs every new one is refused with 409;
 * synchronous ones wait for each other.
 */
export class CommandBoard {
  readonly #table: CommandTable;
  readonly #signal: AbortSignal;
  readonly #onEnd: () => void;
  #entries: Entry[] = [];
  #busy: string | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** @param onEnd called when an asynchronous command has ended. */
  constructor(table: CommandTable, signal: AbortSignal, onEnd: () => void) {
    this.#table = table;
    this.#signal = signal;
    this.#onEnd = onEnd;
  }

  list(): ResultDocument[] {
    return this.#entries.map((entry) => entry.document);
  }

  /** @throws HttpFault 404. */
  async get(id: string, wait: boolean): Promise<ResultDocument> {
    const entry = this.#entries.find((each) => each.document.id === id);
    if (entry === undefined) throw new HttpFault(404, `command ${id.slice(0, 64)} is not known`);
    if (wait) await entry.ended;
    return entry.document;
  }

  /** Runs one command. @throws HttpFault 400 (unknown command, parameters), 404 (unknown extension), 409 (busy). */
  async execute(name: string, params: JsonObject, wait: boolean): Promise<ResultDocument> {
    const spec = this.#specOf(name);
    checkNames(name, spec, params);
    const short = shortName(name);
    if (this.#busy !== null) throw busy(this.#busy);
    if (spec.kind === 'async') {
      checkParams(spec, params);
      // Synchronous commands ahead finish first; nothing else may slip in meanwhile.
      this.#busy = short;
      const entry = this.#start(short, spec, params, this.#queue);
      void entry.ended.then(() => {
        this.#busy = null;
        this.#onEnd();
      });
      if (wait) await entry.ended;
      return entry.document;
    }
    if (this.#waiting >= MAX_WAITING) throw busy(short);
    this.#waiting++;
    const turn = this.#queue.then(async () => {
      checkParams(spec, params);
      const entry = this.#start(short, spec, params, Promise.resolve());
      await entry.ended;
      return entry.document;
    });
    this.#queue = turn.catch(() => {}).finally(() => this.#waiting--);
    return turn;
  }

  #start(short: string, spec: AgentCommandSpec, params: JsonObject, before: Promise<unknown>): Entry {
    const document: ResultDocument = {
      id: randomUUID(),
      command_name: short,
      command_status: 'RUNNING',
      command_error: null,
      command_result: null,
    };
    // An asynchronous command begins after the answer has left: power_off must not race its own reply.
    const begin = spec.kind === 'async' ? before.then(() => new Promise((resolve) => setImmediate(resolve))) : before;
    const entry: Entry = { document, size: 0, ended: begin.then(() => this.#run(entry, short, spec, params)) };
    this.#entries.push(entry);
    this.#prune();
    return entry;
  }

  async #run(entry: Entry, short: string, spec: AgentCommandSpec, params: JsonObject): Promise<void> {
    const { document } = entry;
    try {
      const value = await spec.run(params, {
        signal: this.#signal,
        progress: (done, total) => {
          if (document.command_status === 'RUNNING') document.progress = { done, total };
        },
      });
      document.command_result = wrapResult(value, spec.kind === 'async' ? short : null);
      document.command_status = 'SUCCEEDED';
    } catch (error) {
      document.command_error = wireError(error);
      document.command_status = error instanceof AgentError && error.type === 'VersionMismatch' ? 'CLEAN_VERSION_MISMATCH' : 'FAILED';
    }
    delete document.progress;
    entry.size = JSON.stringify(document.command_result).length;
    this.#prune();
  }

  #prune(): void {
    while (this.#entries.length > MAX_RESULTS) {
      const oldest = this.#entries.findIndex((each) => each.document.command_status !== 'RUNNING');
      if (oldest < 0) break;
      this.#entries.splice(oldest, 1);
    }
    const big = this.#entries.filter((each) => each.size > BIG_RESULT);
    for (const entry of big.slice(0, -1)) {
      // A new document, for an answer may still hold the old one.
      entry.document = { ...entry.document, command_result: { dropped: `${entry.size} characters, given out once` } };
      entry.size = 0;
    }
  }

  #specOf(name: string): AgentCommandSpec {
    const at = name.indexOf('.');
    if (at < 1) throw new HttpFault(400, `command name "${name.slice(0, 100)}" has no extension: it must read extension.command`);
    if (Object.hasOwn(this.#table, name)) {
      const spec = this.#table[name];
      if (spec !== undefined) return spec;
    }
    const extension = name.slice(0, at);
    const known = Object.keys(this.#table).some((each) => each.startsWith(`${extension}.`));
    if (known) throw new HttpFault(400, `extension ${extension} has no command "${name.slice(at + 1, at + 101)}"`);
    throw new HttpFault(404, `extension "${extension.slice(0, 100)}" is not part of this agent`);
  }
}

function checkNames(name: string, spec: AgentCommandSpec, params: JsonObject): void {
  const missing = spec.required.filter((each) => !Object.hasOwn(params, each));
  if (missing.length > 0) throw new HttpFault(400, `${name}: missing parameters: ${missing.join(', ')}`);
  if (spec.open) return;
  const unknown = Object.keys(params).filter((each) => !spec.required.includes(each) && !spec.optional.includes(each));
  if (unknown.length > 0) throw new HttpFault(400, `${name}: unknown parameters: ${unknown.slice(0, 10).join(', ').slice(0, 300)}`);
}

function checkParams(spec: AgentCommandSpec, params: JsonObject): void {
  try {
    spec.check?.(params);
  } catch (error) {
    if (error instanceof AgentError) throw new HttpFault(400, error.message);
    throw error;
  }
}

/** Texts are wrapped; asynchronous ones name their command, as the stock agent's do. */
function wrapResult(value: Json, prefix: string | null): JsonObject | null {
  if (value === null) return null;
  if (typeof value === 'object' && !Array.isArray(value)) return value;
  if (typeof value === 'string') return { result: prefix === null ? value : `${prefix}: ${value}` };
  return { result: value };
}

function shortName(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}

function busy(short: string): HttpFault {
  return new HttpFault(409, `Agent is busy: executing command ${short}`);
}
