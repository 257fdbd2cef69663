/** Methods that a vendor interface offers beside what the API knows. */
import type { VendorMethod } from '../../drivers/driver.ts';
import { messageOf, WroughtError } from '../../model/errors.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext, VendorCall, VendorMethodInfo } from '../conductor-service.ts';
import { cutText } from '../history-note.ts';
import type { NodeTask } from '../node-task.ts';
import { callDeadline, withDeadline } from '../with-deadline.ts';
import { isLeaseLoss, startWork, withNode } from '../with-node.ts';
import { lookAt } from './validate-node.ts';

/** What the node's vendor interface offers. @throws NOT_FOUND, INTERFACE_NOT_FOUND. */
export async function vendorMethods(
  ctx: ConductorContext,
  request: RequestContext,
  uuid: string,
): Promise<Record<string, VendorMethodInfo>> {
  const task = await lookAt(ctx, request, uuid);
  const methods = Object.entries(task.driver.vendor.methods);
  return Object.fromEntries(methods.map(([name, method]) => [name, infoOf(method)]));
}

/**
 * Calls a vendor method: an asynchronous one goes on after the answer and leaves its error on the node, a synchronous one answers its
 * result.
 *
 * @throws INVALID_PARAMETER (method, HTTP verb, what the interface refuses), NODE_LOCKED, NO_FREE_WORKER.
 */
export async function vendorPassthru(
  ctx: ConductorContext,
  request: RequestContext,
  uuid: string,
  call: VendorCall,
): Promise<{ async: boolean; result: Json }> {
  const looking = await lookAt(ctx, request, uuid);
  const method = findMethod(looking, call);
  const purpose = `vendor passthru ${call.method}`;
  if (method.async) {
    // Work that outlives the request always holds the node, so that its error can be written.
    await startWork(ctx, { uuid, purpose, request, lane: 'api' }, async (task) => {
      const begun = findMethod(task, call);
      return async (working) => {
        try {
          await run(ctx, working, begun, call);
        } catch (error) {
          if (isLeaseLoss(error)) throw error;
          await working.save({ last_error: cutText(ctx, `Vendor method ${call.method} failed: ${messageOf(error)}`) });
        }
      };
    });
    return { async: true, result: null };
  }
  const result = method.requireExclusiveLock
    ? await withNode(ctx, { uuid, purpose, request }, (task) => run(ctx, task, findMethod(task, call), call))
    : await run(ctx, looking, method, call);
  return { async: false, result };
}

function findMethod(task: NodeTask, { method: name, httpMethod }: VendorCall): VendorMethod {
  const { vendor } = task.driver;
  const method = Object.hasOwn(vendor.methods, name) ? vendor.methods[name] : undefined;
  if (!method) {
    throw new WroughtError(
      'INVALID_PARAMETER',
      `Node ${task.node.uuid}: vendor interface ${vendor.name} has no method ${JSON.stringify(name.slice(0, 100))}; it has ${Object.keys(vendor.methods).sort().join(', ') || 'none'}.`,
    );
  }
  if (!method.httpMethods.some((each) => each === httpMethod)) {
    throw new WroughtError(
      'INVALID_PARAMETER',
      `Node ${task.node.uuid}: vendor method ${name} takes ${method.httpMethods.join(', ')} and not ${httpMethod}.`,
    );
  }
  return method;
}

async function run(ctx: ConductorContext, task: NodeTask, method: VendorMethod, call: VendorCall): Promise<Json> {
  const args: JsonObject = { ...call.args };
  return withDeadline(ctx, task, callDeadline(ctx, `vendor method ${call.method}`), (t) => method.run(t, call.method, args));
}

function infoOf(method: VendorMethod): VendorMethodInfo {
  return {
    http_methods: [...method.httpMethods],
    async: method.async,
    description: method.description,
    attach: method.attach,
    require_exclusive_lock: method.requireExclusiveLock,
  };
}
