/** Tenant networks of a node, as its network interface keeps them. */
import type { JsonObject } from '../../model/json.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestContext } from '../conductor-service.ts';
import { validateInterfaces } from '../validate-interfaces.ts';
import { withDeadline } from '../with-deadline.ts';
import { withNode } from '../with-node.ts';
import { lookAt } from './validate-node.ts';

const NETWORK_SECONDS = 120;

export async function vifList(ctx: ConductorContext, request: RequestContext, uuid: string): Promise<{ id: string }[]> {
  const task = await lookAt(ctx, request, uuid);
  await validateInterfaces(ctx, task, ['network']);
  return withDeadline(ctx, task, { what: 'listing VIFs', seconds: NETWORK_SECONDS }, (t) => t.driver.network.vifList(t));
}

/** @throws CONFLICT when it is attached already, INVALID_PARAMETER without a port for it, NODE_LOCKED. */
export async function vifAttach(
  ctx: ConductorContext,
  request: RequestContext,
  uuid: string,
  vif: JsonObject & { id: string },
): Promise<void> {
  await withNode(ctx, { uuid, purpose: 'attach vif', request }, async (task) => {
    await validateInterfaces(ctx, task, ['network']);
    await withDeadline(ctx, task, { what: `attaching VIF ${vif.id}`, seconds: NETWORK_SECONDS }, (t) => t.driver.network.vifAttach(t, vif));
  });
}

/** @throws INVALID_PARAMETER when it is not attached, NODE_LOCKED. */
export async function vifDetach(ctx: ConductorContext, request: RequestContext, uuid: string, vifId: string): Promise<void> {
  await withNode(ctx, { uuid, purpose: 'detach vif', request }, async (task) => {
    await validateInterfaces(ctx, task, ['network']);
    await withDeadline(ctx, task, { what: `detaching VIF ${vifId}`, seconds: NETWORK_SECONDS }, (t) =>
      t.driver.network.vifDetach(t, vifId),
    );
  });
}
