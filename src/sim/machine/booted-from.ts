import type { BootedFrom } from '../firmware/boot-record.ts';
import type { Machine } from './machine.ts';

/** What runs on a machine now: nothing unless its boot came as far as an operating system. */
export function bootedFrom(machine: Machine): BootedFrom {
  const running = machine.bootProgress === 'OSBootStarted' || machine.bootProgress === 'OSRunning';
  return running ? (machine.lastBoot?.from ?? 'none') : 'none';
}
