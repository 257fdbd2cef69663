/** How long a simulated machine takes, in milliseconds. */
export interface Delays {
  /** From `On` to power state On. */
  readonly powerOn: number;
  /** From `ForceOff` to power state Off. */
  readonly powerOff: number;
  /** What an operating system needs to shut down. */
  readonly gracefulShutdown: number;
  /** Power-on self-test: from power state On to the choice of the boot device. */
  readonly post: number;
  /** From the loaded kernel to the running agent. */
  readonly ramdiskBoot: number;
  /** From the loaded boot sector to the running operating system. */
  readonly diskBoot: number;
  /** Work of a Redfish task, for example a firmware update. */
  readonly task: number;
}

/** About a tenth of what a server room has, so that a demonstration shows each state without boring anybody. */
export const REALISTIC_DELAYS: Delays = {
  powerOn: 2_000,
  powerOff: 2_000,
  gracefulShutdown: 6_000,
  post: 8_000,
  ramdiskBoot: 10_000,
  diskBoot: 8_000,
  task: 10_000,
};

export const NO_DELAYS: Delays = { powerOn: 0, powerOff: 0, gracefulShutdown: 0, post: 0, ramdiskBoot: 0, diskBoot: 0, task: 0 };

/**
 * As quick as a whole service can use: a conductor looks for the power-on after a second, and an agent that has called before that is
 * told to come again later. A ramdisk that needs a little longer therefore saves time.
 */
export const FAST_DELAYS: Delays = { ...NO_DELAYS, ramdiskBoot: 1300 };
