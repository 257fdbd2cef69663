import { WroughtError } from '../../model/errors.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { ProvisionRequest, RequestContext } from '../conductor-service.ts';
import { stateRefusal } from '../transition.ts';
import { abort } from './abort.ts';
import { active } from './active.ts';
import { adopt } from './adopt.ts';
import { clean } from './clean.ts';
import { deleted } from './deleted.ts';
import { inspect } from './inspect.ts';
import { manage } from './manage.ts';
import { provide } from './provide.ts';
import { rescue, unrescue } from './rescue.ts';
import { service } from './service.ts';
import { unhold } from './unhold.ts';

/** One request to move a node; resolves when it is accepted. @throws as each verb says. */
export async function provision(ctx: ConductorContext, request: RequestContext, uuid: string, body: ProvisionRequest): Promise<void> {
  switch (body.verb) {
    case 'manage':
      return manage(ctx, request, uuid);
    case 'provide':
      return provide(ctx, request, uuid);
    case 'inspect':
      return inspect(ctx, request, uuid);
    case 'active':
    case 'deploy':
    case 'rebuild':
      return active(ctx, request, uuid, body);
    case 'deleted':
    case 'undeploy':
      return deleted(ctx, request, uuid, body.verb);
    case 'clean':
      return clean(ctx, request, uuid, body);
    case 'service':
      return service(ctx, request, uuid, body);
    case 'abort':
      return abort(ctx, request, uuid);
    case 'adopt':
      return adopt(ctx, request, uuid);
    case 'rescue':
      return rescue(ctx, request, uuid, body);
    case 'unrescue':
      return unrescue(ctx, request, uuid);
    case 'unhold':
      return unhold(ctx, request, uuid);
    default: {
      const node = await ctx.store.nodes.getByUuid(uuid);
      if (!node) throw new WroughtError('NOT_FOUND', `Node ${uuid} could not be found.`);
      throw stateRefusal(body.verb, node);
    }
  }
}
