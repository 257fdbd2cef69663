import { WroughtError } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import type { ConductorContext } from '../conductor-context.ts';
import type { RequestedStep } from '../conductor-service.ts';
import { stepName } from './step-record.ts';
import { requestedOf, withoutDenied } from './user-steps.ts';

/**
 * Steps of the deploy templates that the instance asks for by its traits. A step of the client's own stands in for a template's of the
 * same name; denied ones are left out, for nobody asked for them by name.
 *
 * @throws INVALID_PARAMETER when two templates that match hold the same step.
 */
export async function templateSteps(ctx: ConductorContext, node: Node, own: readonly RequestedStep[]): Promise<RequestedStep[]> {
  const wanted = node.instance_info.traits;
  if (!Array.isArray(wanted)) return [];
  const templates = await ctx.store.deployTemplates.byNames(wanted.filter((trait) => typeof trait === 'string'));
  const owners = new Map<string, string>();
  const steps: RequestedStep[] = [];
  for (const template of templates) {
    for (const step of requestedOf(template.steps)) {
      const name = stepName(step);
      const other = owners.get(name);
      if (other !== undefined) {
        throw new WroughtError(
          'INVALID_PARAMETER',
          `Node ${node.uuid}: deploy templates ${other} and ${template.name}, which the instance asks for by its traits, both hold step ${name}.`,
        );
      }
      owners.set(name, template.name);
      steps.push(step);
    }
  }
  const mine = new Set(own.map(stepName));
  return withoutDenied(
    ctx.config,
    'deploy',
    steps.filter((step) => !mine.has(stepName(step))),
  );
}
