import type { HardwareHooks } from '../../agent/hardware/simulated-disks.ts';
import type { Machine } from '../machine/machine.ts';
import { faultNumber } from './fault.ts';

/**
 * The faults that an agent meets while it works on its machine: bad sectors, slow disks, damaged downloads, and its own death.
 *
 * @param die ends the agent at once; resolves when nobody can hear from it any more.
 */
export function agentDisturbances(machine: Machine, die: () => Promise<void>): HardwareHooks {
  const { faults, clock } = machine;
  let written = 0;
  let dead = false;
  const isDiscard = (disk: string, length: number): boolean =>
    machine.plan.disks.some(({ name, size }) => name === disk && size === length);
  return {
    onStep: (kind, step) => machine.log.write('agent', `${kind} step ${step} starts`, { step: `${kind}.${step}` }),
    onReceived(chunk) {
      if (chunk.length === 0 || !faults.strike('download-corrupt', 'download of an image')) return chunk;
      const damaged = Buffer.from(chunk);
      const middle = damaged.length >> 1;
      damaged[middle] = (damaged[middle] ?? 0) ^ 0x01;
      return damaged;
    },
    async beforeWrite(disk, offset, length) {
      // What is dead does not clean up behind itself.
      if (dead) throw new Error('the agent is dead');
      // Giving all blocks back is an order to the disk, not a write to its sectors.
      if (isDiscard(disk, length)) return;
      const slow = faults.strike('disk-slow', `write to ${disk}`, (fault) => fault.params.disk === disk);
      if (slow) await clock.sleep(faultNumber(slow, 'ms'));
      const bad = faults.strike('disk-write-error', `write of ${length} bytes to ${disk} at ${offset}`, (fault) => {
        const first = faultNumber(fault, 'offset');
        return fault.params.disk === disk && offset < first + faultNumber(fault, 'length') && offset + length > first;
      });
      if (bad) throw new Error(`I/O error: ${disk}, write of ${length} bytes at offset ${offset}`);
      written += length;
      if (faults.strike('agent-dies', `agent wrote ${written} bytes`, (fault) => written > faultNumber(fault, 'after_bytes'))) {
        dead = true;
        await die();
        throw new Error('the agent is dead');
      }
    },
  };
}
