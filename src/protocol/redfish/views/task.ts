import { type Answer, type ResourceView, readResource } from './resource.ts';

export interface TaskView extends ResourceView {
  readonly state: string | null;
  readonly status: string | null;
  readonly percent: number | null;
  readonly messages: readonly string[];
  readonly outcome: 'running' | 'succeeded' | 'failed';
}

const RUNNING = ['New', 'Starting', 'Running', 'Pending', 'Suspended', 'Interrupted', 'Stopping', 'Service', 'Cancelling'];

/** Reads a Task. Succeeded means state Completed with status OK or Warning. */
export function parseTask(answer: Answer): TaskView {
  const { reader, view } = readResource(answer);
  const state = reader.text('TaskState');
  const status = reader.text('TaskStatus');
  const succeeded = state === 'Completed' && (status === 'OK' || status === 'Warning' || status === null);
  const over = state !== null && !RUNNING.includes(state);
  return {
    ...view,
    state,
    status,
    percent: reader.number('PercentComplete'),
    messages: reader.objects('Messages').flatMap((message) => message.text('Message') ?? []),
    outcome: succeeded ? 'succeeded' : over ? 'failed' : 'running',
  };
}
