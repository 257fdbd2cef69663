/** A parameter of a fault: its type by its default, and what it means. */
interface FaultParameter {
  readonly default: number | string;
  readonly description: string;
}

interface FaultKindInfo {
  readonly description: string;
  readonly parameters: Readonly<Record<string, FaultParameter>>;
}

/** Every way in which a simulated machine can misbehave. `docs`, the flag parser and the script parser read this table. */
export const FAULT_KINDS = {
  'bmc-hang': { description: 'The BMC accepts the connection and never answers.', parameters: {} },
  'bmc-status': {
    description: 'The BMC refuses with a status and asks to come back later.',
    parameters: {
      status: { default: 503, description: 'HTTP status, for example 409 or 503' },
      retry_after: { default: 1, description: 'seconds in the Retry-After header' },
    },
  },
  'bmc-credentials': { description: 'The BMC refuses the right user name and password.', parameters: {} },
  'bmc-slow': { description: 'The BMC answers late.', parameters: { ms: { default: 2000, description: 'milliseconds' } } },
  'bmc-truncated-json': { description: 'The BMC sends the first half of its answer and closes the connection.', parameters: {} },
  'bmc-reset': {
    description: 'The BMC restarts: sessions are lost, connections are cut for a while.',
    parameters: { outage_ms: { default: 0, description: 'milliseconds during which every connection is cut' } },
  },
  'power-on-ignored': { description: 'The BMC accepts a power-on and nothing happens.', parameters: {} },
  'power-off-ignored': { description: 'The BMC accepts a forced power-off and nothing happens.', parameters: {} },
  'graceful-ignored': { description: 'The operating system does not react to a shutdown request.', parameters: {} },
  'media-fetch-failure': { description: 'The image behind virtual media cannot be fetched.', parameters: {} },
  'agent-silent': { description: 'The ramdisk boots and its agent never calls back.', parameters: {} },
  'agent-dies': {
    description: 'The agent dies while it writes a disk.',
    parameters: { after_bytes: { default: 0, description: 'bytes written to disks before it dies' } },
  },
  'disk-write-error': {
    description: 'Writes that touch a range of a disk fail with an I/O error.',
    parameters: {
      disk: { default: '/dev/sda', description: 'device path' },
      offset: { default: 0, description: 'first bad byte' },
      length: { default: 4096, description: 'bytes' },
    },
  },
  'disk-slow': {
    description: 'A disk takes its time for each write.',
    parameters: {
      disk: { default: '/dev/sda', description: 'device path' },
      ms: { default: 50, description: 'milliseconds a write' },
    },
  },
  'download-corrupt': { description: 'One bit of each piece of an image that the agent downloads is flipped on the way.', parameters: {} },
} as const satisfies Record<string, FaultKindInfo>;

export type FaultKind = keyof typeof FAULT_KINDS;

export function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(FAULT_KINDS, text);
}

/** Parameters of a kind with their defaults. */
export function faultParameters(kind: FaultKind): Readonly<Record<string, FaultParameter>> {
  return FAULT_KINDS[kind].parameters;
}
