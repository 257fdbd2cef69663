import { elapsed } from '../output/progress-line.ts';
import { table } from '../output/table.ts';
import type { Terminal } from '../terminal.ts';

/** What a machine is at. */
export interface MachineStatus {
  readonly name: string;
  /** What the demonstration does with it now. */
  readonly stage: string;
  /** Provision state as the API tells it. */
  readonly state: string;
  /** Step that runs, or what went wrong. */
  readonly detail: string;
  /** Of the image, 0 to 100, while it is written. */
  readonly percent: number | null;
}

export interface DemoView {
  update(status: MachineStatus): void;
  say(line: string): void;
  end(): void;
}

const REDRAW_MS = 100;

/** A table that is drawn anew on a terminal; a line for each new stage and state elsewhere. Draws on standard error. */
export function createDemoView(terminal: Terminal, names: readonly string[], now: () => number): DemoView {
  const start = now();
  return terminal.interactive ? liveView(terminal, names, now, start) : plainView(terminal, now, start);
}

function plainView(terminal: Terminal, now: () => number, start: number): DemoView {
  const last = new Map<string, string>();
  return {
    update({ name, stage, state, detail }) {
      const parts = [stage, state, detail].filter((part) => part !== '');
      const key = parts.join('  ');
      // While a step runs the node goes back and forth between working and waiting: one line a step is enough.
      const news = detail === '' ? key : `${stage}  ${detail}`;
      if (last.get(name) === news) return;
      last.set(name, news);
      terminal.err(`${elapsed(now() - start)}  ${name}  ${key}\n`);
    },
    say: (line) => terminal.err(`${elapsed(now() - start)}  ${line}\n`),
    end: () => undefined,
  };
}

function liveView(terminal: Terminal, names: readonly string[], now: () => number, start: number): DemoView {
  const rows = new Map<string, MachineStatus>(
    names.map((name) => [name, { name, stage: 'waiting', state: '', detail: '', percent: null }]),
  );
  let drawnLines = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;

  function draw(): void {
    drawnAt = now();
    const width = (terminal.columns ?? 80) - 1;
    const text = table(
      ['Machine', 'Doing', 'State', 'Detail'],
      [...rows.values()].map(({ name, stage, state, detail, percent }) => [
        name,
        stage,
        state,
        percent === null ? detail : `${detail}  ${percent} %`,
      ]),
      width,
    );
    const lines = [...text.trimEnd().split('\n'), `elapsed ${elapsed(now() - start)}`];
    const up = drawnLines > 0 ? `\u001b[${drawnLines}A` : '';
    terminal.err(up + lines.map((line) => `\r\u001b[K${line.slice(0, width)}\n`).join(''));
    drawnLines = lines.length;
  }

  return {
    update(status) {
      const changed = rows.get(status.name)?.stage !== status.stage || rows.get(status.name)?.state !== status.state;
      rows.set(status.name, status);
      if (changed || now() - drawnAt >= REDRAW_MS) draw();
    },
    say(line) {
      if (drawnLines > 0) terminal.err(`\u001b[${drawnLines}A\r\u001b[J`);
      terminal.err(`${line}\n`);
      drawnLines = 0;
      draw();
    },
    end: draw,
  };
}
