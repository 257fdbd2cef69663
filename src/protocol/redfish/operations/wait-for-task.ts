import type { CallOptions } from '../access/bmc-connection.ts';
import { parseRetryAfter } from '../access/parse-retry-after.ts';
import { isRedfishError } from '../redfish-error.ts';
import { read } from '../views/reader.ts';
import type { Answer } from '../views/resource.ts';
import { parseTask } from '../views/task.ts';
import { findingOf, follow, type OperationContext } from './operation-context.ts';

/**
 * Waits for what an answer 202 started; anything else is done already. @throws failed when the task ends badly, timeout when it does not
 * end in time. A monitor that vanishes is taken for success: BMCs forget finished tasks.
 */
export async function waitForTask(context: OperationContext, answer: Answer, timeoutMs: number, options?: CallOptions): Promise<void> {
  if (answer.status !== 202) return;
  const link = read(answer.body).text('@odata.id') ?? answer.headers.location;
  if (!link) return;
  const monitor = follow(context, answer.path, link);
  const end = context.clock.now() + timeoutMs;
  for (let pause = 1000; context.clock.now() < end; pause = Math.min(pause * 1.5, 10_000)) {
    await context.clock.sleep(pause, options?.signal);
    let found: Answer;
    try {
      found = await context.connection.get(monitor, options);
    } catch (error) {
      if (isRedfishError(error, 'not-found')) return;
      throw error;
    }
    const isTask = read(found.body).has('TaskState');
    const task = parseTask(found);
    if (isTask && task.outcome === 'failed') {
      throw findingOf(
        context,
        'failed',
        'GET',
        monitor,
        `ended its task as ${task.state}: ${task.messages.join('; ').slice(0, 500) || 'no reason given'}`,
      );
    }
    if (found.status !== 202 && (!isTask || task.outcome === 'succeeded')) return;
    const asked = parseRetryAfter(found.headers['retry-after'], context.clock.now());
    if (asked !== null) pause = Math.min(Math.max(asked, 500), 30_000);
  }
  throw findingOf(context, 'timeout', 'GET', monitor, `did not finish its task within ${Math.round(timeoutMs / 1000)} s`);
}
