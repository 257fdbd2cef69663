import { hasCode } from '../../model/errors.ts';
import type { Task } from '../driver.ts';

/**
 * Makes ports for the addresses that have none. The BMC does not tell which card boots, so every policy but `disabled` takes all. An
 * address that another node has is left alone: two nodes behind one BMC are a mistake of the operator's, not of this inspection.
 */
export async function addInspectedPorts(task: Task, policy: string, addresses: readonly string[]): Promise<void> {
  if (policy === 'disabled') return;
  const known = new Set(task.ports.map((port) => port.address.toLowerCase()));
  for (const address of addresses) {
    if (known.has(address)) continue;
    known.add(address);
    try {
      await task.addPort(address);
    } catch (error) {
      if (!hasCode(error, 'DUPLICATE')) throw error;
      task.log.warn({ node: task.node.uuid, address }, 'MAC address found by inspection belongs to a port of another node');
    }
  }
}
