import { CommandFailure } from '../cli-error.ts';

/** Says what to do about an address that cannot be listened on; other errors pass through. */
export function listenError(error: unknown, what: string, host: string, port: number, option: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const finding = findings[String(code)];
  if (finding === undefined) return error;
  return new CommandFailure(`${what} cannot listen on ${host} port ${port}: ${finding}; choose another with ${option}`, { cause: error });
}

const findings: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EACCES: 'this user may not use the port',
  EADDRNOTAVAIL: 'this machine does not have the address',
  ENOTFOUND: 'the host name is not known',
};
