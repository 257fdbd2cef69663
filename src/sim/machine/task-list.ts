import type { Clock } from '../../model/clock.ts';

/** A task of the BMC, as TaskService shows it. */
export interface Task {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  endedAt: number | null;
  state: 'Pending' | 'Running' | 'Completed' | 'Exception';
  message: string;
  /** What the original request would have answered. */
  location: string | null;
}

/** How many tasks a BMC remembers. */
const KEPT = 50;

/** The tasks of one BMC. */
export class TaskList {
  readonly #clock: Clock;
  readonly #tasks = new Map<string, Task>();
  #next = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(name: string, state: 'Pending' | 'Running'): Task {
    const task: Task = {
      id: String(this.#next++),
      name,
      startedAt: this.#clock.now(),
      endedAt: null,
      state,
      message: state === 'Pending' ? 'The task waits for a reset of the system.' : 'The task has started.',
      location: null,
    };
    this.#tasks.set(task.id, task);
    const oldest = this.#tasks.keys().next().value;
    if (this.#tasks.size > KEPT && oldest !== undefined) this.#tasks.delete(oldest);
    return task;
  }

  end(task: Task, state: 'Completed' | 'Exception', message: string): void {
    task.state = state;
    task.message = message;
    task.endedAt = this.#clock.now();
  }

  get(id: string): Task | undefined {
    return this.#tasks.get(id);
  }

  list(): readonly Task[] {
    return [...this.#tasks.values()];
  }
}
