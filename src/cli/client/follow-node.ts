import type { Clock } from '../../model/clock.ts';
import type { JsonObject } from '../../model/json.ts';
import { isJsonObject } from '../../model/json.ts';
import type { ApiClient } from './api-client.ts';
import { readEventStream } from './event-stream.ts';
import { type NodeView, nodeView, stepName, text, VIEW_FIELDS } from './node-view.ts';

/** What is known of the node's work at a moment. */
export interface Progress {
  readonly view: NodeView;
  readonly step: string | null;
  /** Of the image, 0 to 100, while one is being written. */
  readonly percent: number | null;
}

/** The stream tells of changes at once; this poll only guards against a stream that went silent (milliseconds). */
const POLL_WITH_STREAM_MS = 10_000;
const POLL_ALONE_MS = 1_000;
const RECONNECT_MS = 1_000;

/**
 * Watches a node until `done` says so, telling every change to `changed`. Uses the service's event stream and falls back to polling
 * where there is none (the peer has none). Rejects with the signal's reason, or with ApiError when the node cannot be read.
 */
export async function followNode(options: {
  api: ApiClient;
  node: string;
  clock: Clock;
  signal: AbortSignal;
  done: (view: NodeView) => boolean;
  changed?: (progress: Progress) => void;
}): Promise<NodeView> {
  const { api, node, clock, signal, done, changed } = options;
  const path = `/v1/nodes/${encodeURIComponent(node)}?fields=${VIEW_FIELDS}`;
  const ended = new AbortController();
  const stop = AbortSignal.any([signal, ended.signal]);
  /** Something happened since the node was last read. */
  let stale = false;
  let wakeUp: () => void = () => undefined;
  let streaming = false;
  let percent: number | null = null;
  let step: string | null = null;
  let view = nodeView(await api.get(path));
  step = view.step;

  function wake(): void {
    stale = true;
    wakeUp();
  }

  function tell(): void {
    changed?.({ view, step, percent });
  }

  function take(kind: string, data: JsonObject): void {
    if (kind === 'node.progress') {
      percent = percentOf(data) ?? percent;
      step = stepOf(data) ?? step;
      tell();
      return;
    }
    if (kind === 'node.step' && data.phase === 'start') {
      step = stepOf(data);
      percent = null;
      tell();
    }
    wake();
  }

  /** What happened before the stream stood is not told by it. */
  function connected(yes: boolean): void {
    streaming = yes;
    if (yes) wake();
  }

  const stream = listen({ api, uuid: view.uuid, clock, signal: stop, take, connected });
  try {
    for (;;) {
      tell();
      if (done(view)) return view;
      await new Promise<void>((resolve, reject) => {
        const abort = () => reject(signal.reason);
        const cancel = clock.after(streaming ? POLL_WITH_STREAM_MS : POLL_ALONE_MS, resolveOnce);
        function resolveOnce(): void {
          cancel();
          signal.removeEventListener('abort', abort);
          resolve();
        }
        wakeUp = resolveOnce;
        if (signal.aborted) abort();
        else signal.addEventListener('abort', abort, { once: true });
        if (stale) resolveOnce();
      });
      stale = false;
      const before = view.state;
      view = nodeView(await api.get(path));
      if (view.step !== null) step = view.step;
      if (view.state !== before && view.step === null) {
        step = null;
        percent = null;
      }
    }
  } finally {
    ended.abort();
    await stream;
  }
}

/** Keeps an event stream open until the signal; ends quietly where the service has none. */
async function listen(options: {
  api: ApiClient;
  uuid: string;
  clock: Clock;
  signal: AbortSignal;
  take: (kind: string, data: JsonObject) => void;
  connected: (yes: boolean) => void;
}): Promise<void> {
  const { api, uuid, clock, signal, take, connected } = options;
  let lastId: string | null = null;
  while (!signal.aborted) {
    try {
      const resume: Record<string, string> = lastId === null ? {} : { 'last-event-id': lastId };
      const answer = await api.stream(`/wrought/v1/events?node=${uuid}`, { accept: 'text/event-stream', ...resume }, signal);
      if (!String(answer.headers['content-type']).startsWith('text/event-stream')) return await drop(answer.body);
      connected(true);
      for await (const event of readEventStream(answer.body)) {
        lastId = event.id ?? lastId;
        take(event.event, parseData(event.data));
      }
    } catch (error) {
      if (signal.aborted) return;
      if (hasStatus(error) && error.status >= 400 && error.status < 500) return;
    } finally {
      connected(false);
    }
    await clock.sleep(RECONNECT_MS, signal).catch(() => undefined);
  }
}

async function drop(body: { dump(): Promise<void> }): Promise<void> {
  await body.dump();
}

function hasStatus(error: unknown): error is { status: number } {
  return typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number';
}

function parseData(data: string): JsonObject {
  try {
    const value: unknown = JSON.parse(data);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Events name a step `interface.step`. */
function stepOf(data: JsonObject): string | null {
  return text(data.step) ?? stepName(data.step);
}

function percentOf(data: JsonObject): number | null {
  const given = typeof data.percent === 'number' ? data.percent : null;
  const { done, total } = data;
  const computed = typeof done === 'number' && typeof total === 'number' && total > 0 ? (100 * done) / total : null;
  const value = given ?? computed;
  return value === null || !Number.isFinite(value) ? null : Math.min(100, Math.max(0, Math.floor(value)));
}
