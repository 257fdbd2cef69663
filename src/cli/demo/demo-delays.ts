import type { Delays } from '../../sim/machine/delays.ts';

/** Short, but long enough that every state can be seen. Milliseconds. */
export const DEMO_DELAYS: Delays = {
  powerOn: 100,
  powerOff: 100,
  gracefulShutdown: 200,
  post: 200,
  ramdiskBoot: 300,
  diskBoot: 200,
  task: 300,
};
