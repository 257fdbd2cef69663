import { WroughtError } from '../model/errors.ts';
import type { Task } from './driver.ts';

/** The refusal of an action that the node's implementation does not offer. @param what the interface or the action, for example `rescue`. */
export function unsupported(task: Task, what: string): WroughtError {
  return new WroughtError('UNSUPPORTED_BY_DRIVER', `Driver ${task.node.driver} does not support ${what} (disabled or not implemented).`);
}

/** A method that refuses every call. */
export function refuse(what: string): (task: Task) => Promise<never> {
  return async (task) => {
    throw unsupported(task, what);
  };
}
