import type { JsonObject } from '../../model/json.ts';
import type { Machine } from '../machine/machine.ts';
import type { Task } from '../machine/task-list.ts';
import { notFound } from './redfish-fault.ts';
import { collection, link, OK, ROOT, redfishTime, resource } from './resource.ts';
import type { RedfishAnswer, RedfishCall, Route } from './route.ts';

const SERVICE = `${ROOT}/TaskService`;

function monitorPath(task: Task): string {
  return `${SERVICE}/TaskMonitors/${task.id}`;
}

function taskBody(task: Task): JsonObject {
  const failed = task.state === 'Exception';
  return resource(`${SERVICE}/Tasks/${task.id}`, 'Task.v1_7_3.Task', task.id, task.name, {
    TaskState: task.state,
    TaskStatus: failed ? 'Critical' : 'OK',
    StartTime: redfishTime(task.startedAt),
    ...(task.endedAt !== null && { EndTime: redfishTime(task.endedAt) }),
    PercentComplete: task.endedAt === null ? 0 : 100,
    Messages: [
      {
        MessageId: failed ? 'Base.1.16.GeneralError' : 'Base.1.16.Success',
        Message: task.message,
        MessageArgs: [],
        Severity: failed ? 'Critical' : 'OK',
        Resolution: 'None.',
      },
    ],
    TaskMonitor: monitorPath(task),
  });
}

/**
 * 202 with the monitor to ask for the outcome. There is no body: a client that finds a Task in it, such as sushy, polls the Task instead of
 * the monitor, and a Task is always 200.
 */
export function taskAnswer(task: Task, call: RedfishCall): RedfishAnswer {
  return { status: 202, headers: { Location: `${call.origin}${monitorPath(task)}`, 'Retry-After': '1' } };
}

function find(machine: Machine, call: RedfishCall): Task {
  const task = machine.tasks.get(call.params.task ?? '');
  if (!task) throw notFound(call.path);
  return task;
}

/** What a monitor answers: 202 while the work goes on, then the outcome. */
export function monitorAnswer(machine: Machine, call: RedfishCall): RedfishAnswer {
  const task = find(machine, call);
  if (task.endedAt === null) return { status: 202, headers: { Location: call.path, 'Retry-After': '1' }, body: taskBody(task) };
  return { status: 200, headers: task.location === null ? {} : { Location: task.location }, body: taskBody(task) };
}

export const taskRoutes: readonly Route[] = [
  {
    path: SERVICE,
    get: (machine) =>
      resource(SERVICE, 'TaskService.v1_2_0.TaskService', 'TaskService', 'Task Service', {
        ServiceEnabled: true,
        Status: OK,
        DateTime: redfishTime(machine.clock.now() + machine.bmcClock.aheadMs),
        CompletedTaskOverWritePolicy: 'Oldest',
        LifeCycleEventOnTaskStateChange: false,
        Tasks: link(`${SERVICE}/Tasks`),
      }),
  },
  {
    path: `${SERVICE}/Tasks`,
    get: (machine) =>
      collection(
        `${SERVICE}/Tasks`,
        'TaskCollection',
        'Tasks',
        machine.tasks.list().map(({ id }) => `${SERVICE}/Tasks/${id}`),
      ),
  },
  { path: `${SERVICE}/Tasks/:task`, get: (machine, call) => taskBody(find(machine, call)) },
];

/** Path of the monitors; the server answers it with `monitorAnswer`, because a GET may be 202. */
export const MONITOR_PATH = `${SERVICE}/TaskMonitors/:task`;
