import type { Clock } from '../../model/clock.ts';
import { CommandFailure } from '../cli-error.ts';
import type { ApiClient } from './api-client.ts';
import { followNode, type Progress } from './follow-node.ts';
import { isAtRest, type NodeView } from './node-view.ts';

/**
 * Waits until the node rests and checks that it rests in one of `wanted` (null: any state that is no failure). Throws CommandFailure
 * with the node's `last_error` otherwise, or when `timeoutMs` (null: none) is over.
 */
export async function waitForState(options: {
  api: ApiClient;
  node: string;
  wanted: readonly string[] | null;
  timeoutMs: number | null;
  clock: Clock;
  signal: AbortSignal;
  changed?: (progress: Progress) => void;
}): Promise<NodeView> {
  const { api, node, wanted, timeoutMs, clock, signal, changed } = options;
  const late = new AbortController();
  const cancel = timeoutMs === null ? () => undefined : clock.after(timeoutMs, () => late.abort());
  let latest: NodeView | null = null;
  try {
    const view = await followNode({
      api,
      node,
      clock,
      signal: AbortSignal.any([signal, late.signal]),
      done: isAtRest,
      changed: (progress) => {
        latest = progress.view;
        changed?.(progress);
      },
    });
    const reached = wanted === null ? !view.state.endsWith('failed') && view.state !== 'error' : wanted.includes(view.state);
    if (reached) return view;
    throw new CommandFailure(`node ${node} is in state "${view.state}": ${view.lastError ?? 'no reason is recorded'}`);
  } catch (error) {
    if (!late.signal.aborted) throw error;
    const where = latest === null ? 'unknown' : stateOf(latest);
    throw new CommandFailure(`node ${node} did not finish within ${(timeoutMs ?? 0) / 1000} s; it is in state "${where}" and goes on`);
  } finally {
    cancel();
  }
}

function stateOf(view: NodeView): string {
  return view.state;
}
