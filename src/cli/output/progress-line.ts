import type { Progress } from '../client/follow-node.ts';
import type { Terminal } from '../terminal.ts';
import { printable } from './table.ts';

/** Shows the progress of nodes on standard error. */
export interface ProgressLine {
  show(progress: Progress): void;
  /** Leaves the last line as it stands. */
  end(): void;
}

/**
 * A person sees one line that is drawn anew; a log sees a line for each change of state or step and for each quarter of an image.
 * `now` in milliseconds.
 */
export function createProgressLine(terminal: Terminal, now: () => number): ProgressLine {
  const start = now();
  let last = '';
  let drawn = false;
  return {
    show(progress) {
      const coarse = progress.percent === null ? null : progress.percent - (progress.percent % 25);
      const key = describe({ ...progress, percent: terminal.interactive ? progress.percent : coarse });
      if (key === last) return;
      last = key;
      const line = `${elapsed(now() - start)}  ${key}`;
      if (!terminal.interactive) {
        terminal.err(`${line}\n`);
        return;
      }
      terminal.err(`\r\u001b[K${line.slice(0, Math.max(20, (terminal.columns ?? 80) - 1))}`);
      drawn = true;
    },
    end() {
      if (drawn) terminal.err('\n');
      drawn = false;
    },
  };
}

/** `r7-12  deploying → active  deploy.write_image  43 %` */
function describe({ view, step, percent }: Progress): string {
  const state = view.target === null || view.target === view.state ? view.state : `${view.state} → ${view.target}`;
  const parts = [view.name ?? view.uuid, state];
  if (step !== null) parts.push(step);
  if (percent !== null) parts.push(`${percent} %`);
  return printable(parts.join('  '));
}

/** Minutes and seconds, `1:05`. */
export function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
