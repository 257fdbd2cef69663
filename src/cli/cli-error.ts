/** The command did its work and failed: exit code 1, the message on standard error. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}

/** The command was called wrongly: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
