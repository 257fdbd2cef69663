/**
 * The error catalogue: every refusal and failure has a stable code, an HTTP status and a hint what to do. Messages name the subject,
 * the wish and the finding.
 */
export const ERRORS = {
  INVALID_PARAMETER: { status: 400, hint: 'Correct the named field and send the request again.' },
  INVALID_STATE_REQUESTED: {
    status: 400,
    hint: 'Bring the node into a state that allows the action first; `wrought node show` names its state.',
  },
  NODE_IN_MAINTENANCE: { status: 400, hint: 'Clear maintenance once its reason is dealt with: `wrought node maintenance NODE off`.' },
  NODE_RETIRED: { status: 400, hint: 'Unset `retired` to bring the node back into use.' },
  STEP_NOT_ALLOWED: { status: 400, hint: 'The step is on the deny list of [api]disallow_*_steps.' },
  UNSUPPORTED_BY_DRIVER: { status: 400, hint: 'Choose an interface implementation that supports the action.' },
  INTERFACE_NOT_FOUND: { status: 400, hint: 'Name an enabled implementation, or enable it in [DEFAULT]enabled_<kind>_interfaces.' },
  NO_VALID_HOST: { status: 404, hint: 'Start a conductor whose group and enabled_hardware_types match the node.' },
  NOT_AUTHENTICATED: { status: 401, hint: 'Give valid credentials.' },
  NOT_AUTHORIZED: { status: 403, hint: 'Ask for a role that allows the action.' },
  NODE_PROTECTED: { status: 403, hint: 'Unset `protected` first.' },
  NOT_FOUND: { status: 404, hint: 'Check the identifier.' },
  METHOD_NOT_ALLOWED: { status: 405, hint: 'Use one of the methods in the Allow header.' },
  NOT_ACCEPTABLE: { status: 406, hint: 'Ask for a newer API version.' },
  NODE_LOCKED: { status: 409, hint: 'Try again after the current operation; `reservation` names its holder.' },
  LEASE_LOST: { status: 409, hint: 'Another conductor took the node over; nothing was changed by this one.' },
  STALE: { status: 409, hint: 'The resource changed while the request was worked out: read it again and repeat.' },
  CONFLICT: { status: 409, hint: 'Look at the present value and decide again.' },
  NODE_ASSOCIATED: { status: 409, hint: 'Remove the present instance_uuid first.' },
  INSTANCE_ASSOCIATED: { status: 409, hint: 'The instance already sits on another node.' },
  DUPLICATE: { status: 409, hint: 'Choose another value; it must be unique.' },
  POWER_STATE_FAILURE: { status: 409, hint: 'Look at the BMC: reachable, credentials, event log.' },
  BODY_TOO_LARGE: { status: 413, hint: 'Send a smaller body.' },
  INTERNAL: { status: 500, hint: 'This is a defect of Wrought: report it with the request id.' },
  DEPLOY_FAILURE: { status: 500, hint: 'See last_error and the node history for the step that failed.' },
  CLEANING_FAILURE: { status: 500, hint: 'See last_error and the node history for the step that failed.' },
  INSPECTION_FAILURE: { status: 500, hint: 'See last_error.' },
  STEP_DEADLINE: { status: 500, hint: 'The message says what to check; raise the named option when the work is honestly that slow.' },
  AGENT_CONNECTION_FAILED: { status: 500, hint: 'Check that the ramdisk runs and that its address is reachable from the conductor.' },
  AGENT_API_ERROR: { status: 500, hint: 'The agent refused the command; its message says why.' },
  AGENT_IN_PROGRESS: { status: 500, hint: 'The agent still runs another command; it is asked again at its next heartbeat.' },
  IMAGE_REFUSED: { status: 400, hint: 'Use an image in a permitted format, without backing or data files, declared as what it is.' },
  IMAGE_DOWNLOAD_FAILED: { status: 500, hint: 'Check the URL and that the conductor (or the node) reaches it.' },
  IMAGE_CHECKSUM_MISMATCH: { status: 500, hint: 'Give the checksum of the very file behind the URL, or repair the file.' },
  INSUFFICIENT_DISK_SPACE: { status: 500, hint: 'Free space on the named file system.' },
  INSUFFICIENT_MEMORY: { status: 500, hint: 'Wait for other work to end, or lower the concurrency.' },
  BMC_UNREACHABLE: { status: 503, hint: 'Check the BMC address, cabling and that its web service runs.' },
  BMC_REFUSED: { status: 500, hint: 'The BMC answered with an error; its message is quoted.' },
  BMC_ACCESS_DENIED: { status: 400, hint: 'Check user name and password of the BMC.' },
  NO_FREE_WORKER: { status: 503, hint: 'The conductor is busy: try again later.' },
  CONCURRENT_ACTION_LIMIT: { status: 503, hint: 'Too many such operations are running: try again later.' },
  TEMPORARY_FAILURE: { status: 503, hint: 'Try again later.' },
  NOT_BUILT: { status: 501, hint: 'This part of the peer is not built yet; docs/status.md lists what is.' },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** An error of the catalogue. Anything else that is thrown is a defect and becomes `INTERNAL` at the outside. */
export class WroughtError extends Error {
  readonly code: ErrorCode;
  readonly status: number;

  /** @param status overrides the catalogue's HTTP status where the peer's contract differs by place. */
  constructor(code: ErrorCode, message: string, options: { cause?: unknown; status?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'WroughtError';
    this.code = code;
    this.status = options.status ?? ERRORS[code].status;
  }

  /** What the operator can do about it. */
  get hint(): string {
    return ERRORS[this.code].hint;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True for a catalogue error with one of the codes. */
export function hasCode(error: unknown, ...codes: ErrorCode[]): error is WroughtError {
  return error instanceof WroughtError && codes.includes(error.code);
}
