import type { Delays } from '../../sim/machine/delays.ts';

/** Short, but long enough that every state can be seen. Milliseconds. */
export const DEMO_DELAYS: Delays = {
  powerOn: 100,
  powerOff: 100,
  gracefulShutdown: 200,
  post: 200,
  // Longer than the second after which the conductor looks for the power-on: an agent that calls before is told to come again later.
  ramdiskBoot: 1300,
  diskBoot: 200,
  task: 300,
};
