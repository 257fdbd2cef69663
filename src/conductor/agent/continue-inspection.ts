/**
 * The ramdisk posts what it found. The machine is recognised by its node UUID, its MAC addresses and its BMC address; what contradicts
 * itself is answered like what is unknown.
 *
 *     inspect wait ──resume──▶ inspecting ─(driver stores and judges the data, after the answer)─▶ manageable / inspect failed
 */
import { messageOf, WroughtError } from '../../model/errors.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';
import type { Node } from '../../model/node.ts';
import { CONTINUE_INSPECTION_ACCEPTED } from '../../model/state-sets.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import type { NodeTask } from '../node-task.ts';
import { changeState, stateRefusal } from '../transition.ts';
import { failInspection } from '../verbs/inspect.ts';
import { callDeadline, withDeadline } from '../with-deadline.ts';
import { isLeaseLoss, startWork } from '../with-node.ts';
import { requireRamdiskEndpoints } from './lookup.ts';

/** Resolves when the data is accepted. @throws INVALID_PARAMETER, NOT_FOUND, NODE_LOCKED, NO_FREE_WORKER. */
export async function continueInspection(
  ctx: ConductorContext,
  request: RequestContext,
  query: { nodeUuid?: string },
  data: JsonObject,
): Promise<{ uuid: string }> {
  requireRamdiskEndpoints(ctx);
  const { inventory, ...pluginData } = data;
  if (!isJsonObject(inventory)) throw new WroughtError('INVALID_PARAMETER', 'Inspection data needs an object "inventory".');
  const macs = macsOf(inventory);
  const addresses = [inventory.bmc_address, inventory.bmc_v6address].filter((each) => typeof each === 'string' && each !== '');
  if (macs.length === 0 && addresses.length === 0) {
    throw new WroughtError('INVALID_PARAMETER', 'Inspection data has neither a MAC address nor a BMC address.');
  }
  const node = await findNode(ctx, query.nodeUuid, macs, addresses.map(String));
  // The ramdisk was faster than the conductor, which still waits for the power-on: agents try again after 409, and give up after 404.
  if (node?.provision_state === 'inspecting')
    throw new WroughtError('NODE_LOCKED', `Node ${node.uuid} is being prepared for inspection; send the data again in some seconds.`);
  if (!node || !CONTINUE_INSPECTION_ACCEPTED.has(node.provision_state)) throw new WroughtError('NOT_FOUND', 'Node could not be found.');
  await startWork(ctx, { uuid: node.uuid, purpose: 'hardware inspection', request, lane: 'api', retry: 'once' }, async (task) => {
    if (task.node.provision_state !== 'inspect wait') throw stateRefusal('continue inspection', task.node);
    await changeState(ctx, task, { event: 'resume' });
    return (working) => processData(ctx, working, inventory, pluginData);
  });
  return { uuid: node.uuid };
}

async function processData(ctx: ConductorContext, task: NodeTask, inventory: JsonObject, pluginData: JsonObject): Promise<void> {
  try {
    const { inspect } = task.driver;
    if (!inspect.continueInspection) {
      throw new WroughtError('UNSUPPORTED_BY_DRIVER', `inspect interface ${inspect.name} takes no data from a ramdisk`);
    }
    const handle = inspect.continueInspection.bind(inspect);
    await withDeadline(ctx, task, callDeadline(ctx, 'processing of the inspection data'), (t) => handle(t, inventory, pluginData));
    await changeState(ctx, task, { event: 'done', release: true });
  } catch (error) {
    if (isLeaseLoss(error)) throw error;
    await failInspection(ctx, task, `Failed to finish inspection: ${messageOf(error)}`);
  }
}

function macsOf(inventory: JsonObject): string[] {
  const interfaces = Array.isArray(inventory.interfaces) ? inventory.interfaces : [];
  return interfaces.flatMap((each) =>
    isJsonObject(each) && typeof each.mac_address === 'string' && each.mac_address !== '' ? [each.mac_address.toLowerCase()] : [],
  );
}

/** The one node that all that is known points at. */
async function findNode(
  ctx: ConductorContext,
  uuid: string | undefined,
  macs: readonly string[],
  bmc: readonly string[],
): Promise<Node | undefined> {
  const byMac = macs.length > 0 ? await ctx.store.nodes.findByMacs(macs) : [];
  if (byMac.length > 1) return undefined;
  const [owner] = byMac;
  if (uuid) {
    const node = await ctx.store.nodes.getByUuid(uuid);
    return owner && owner.uuid !== node?.uuid ? undefined : node;
  }
  if (owner) return owner;
  const waiting = await ctx.store.nodes.scan({ provisionState: 'inspect wait' });
  const byAddress = waiting.filter((node) => bmcAddresses(node).some((address) => bmc.includes(address)));
  return byAddress.length === 1 ? byAddress[0] : undefined;
}

/** Host parts of all `*_address` values of driver_info. */
function bmcAddresses(node: Node): string[] {
  return Object.entries(node.driver_info).flatMap(([key, value]) => {
    if (!key.endsWith('_address') || typeof value !== 'string') return [];
    const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) && URL.canParse(value) ? new URL(value).hostname : value;
    return [url.replace(/^\[|\]$/g, '')];
  });
}
