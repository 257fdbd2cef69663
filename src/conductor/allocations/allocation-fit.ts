/** Which nodes fit an allocation. */
import type { Allocation } from '../../model/allocation.ts';
import type { Node } from '../../model/node.ts';

type Wish = Pick<Allocation, 'resource_class' | 'traits' | 'candidate_nodes' | 'owner'>;

/** True when the node is free, works, and is of the wanted class. */
export function isFree(node: Node, wish: Wish): boolean {
  return (
    node.provision_state === 'available' &&
    node.instance_uuid === null &&
    node.allocation_uuid === null &&
    !node.maintenance &&
    node.power_state !== null &&
    node.resource_class === wish.resource_class &&
    (wish.candidate_nodes.length === 0 || wish.candidate_nodes.includes(node.uuid)) &&
    (wish.owner === null || node.owner === wish.owner || node.lessee === wish.owner)
  );
}

/** True when the node has all the traits asked for. */
export function hasTraits(node: Node, traits: readonly string[]): boolean {
  return traits.every((trait) => node.traits.includes(trait));
}

/** Everything in which a node that is in use already does not fit; empty when it fits. */
export function misfits(node: Node, wish: Wish): string[] {
  const problems: string[] = [];
  if (wish.resource_class !== null && node.resource_class !== wish.resource_class)
    problems.push(`its resource class is ${node.resource_class ?? 'not set'} and not ${wish.resource_class}`);
  const missing = wish.traits.filter((trait) => !node.traits.includes(trait));
  if (missing.length > 0) problems.push(`it lacks the traits ${missing.join(', ')}`);
  if (wish.candidate_nodes.length > 0 && !wish.candidate_nodes.includes(node.uuid)) problems.push('it is not among the candidate nodes');
  return problems;
}
