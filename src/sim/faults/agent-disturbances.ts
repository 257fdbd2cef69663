import type { HardwareHooks } from '../../agent/hardware/simulated-disks.ts';
import type { Machine } from '../machine/machine.ts';
import { faultNumber } from './fault.ts';

/**
 * The faults that an agent meets while it works on its machine: bad sectors, slow disks, and its own death.
 *
 * @param die ends the agent at once.
 */
export function agentDisturbances(machine: Machine, die: () => void): HardwareHooks {
  const { faults, clock } = machine;
  let written = 0;
  return {
    async beforeWrite(disk, offset, length) {
      const slow = faults.strike('disk-slow', `write to ${disk}`, (fault) => fault.params.disk === disk);
      if (slow) await clock.sleep(faultNumber(slow, 'ms'));
      const bad = faults.strike('disk-write-error', `write of ${length} bytes to ${disk} at ${offset}`, (fault) => {
        const first = faultNumber(fault, 'offset');
        return fault.params.disk === disk && offset < first + faultNumber(fault, 'length') && offset + length > first;
      });
      if (bad) throw new Error(`I/O error: ${disk}, write of ${length} bytes at offset ${offset}`);
      written += length;
      if (faults.strike('agent-dies', `agent wrote ${written} bytes`, (fault) => written > faultNumber(fault, 'after_bytes'))) {
        die();
        throw new Error('the agent is dead');
      }
    },
  };
}
