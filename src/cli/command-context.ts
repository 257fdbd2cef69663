import type { Command } from 'commander';
import { type Clock, systemClock } from '../model/clock.ts';
import { UsageError } from './cli-error.ts';
import type { ApiClient, Credentials } from './client/api-client.ts';
import type { Terminal } from './terminal.ts';

/** What the action of a command that talks to a service gets. */
export interface CommandContext {
  readonly api: ApiClient;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly json: boolean;
  /** Prints for programs (`--json`) or for people. */
  print(value: unknown, human: () => string): void;
}

const DEFAULT_URL = 'http://127.0.0.1:6385';

/** Adds `--url` and `--json` to a command. */
export function withApiOptions(command: Command): Command {
  return command.option('--url <url>', 'address of the service (environment: OS_ENDPOINT, IRONIC_URL)').option('--json', 'print JSON');
}

/** Runs `work` with a client for the service that options and environment name, and closes the client afterwards. */
export async function withService(
  terminal: Terminal,
  options: { url?: string; json?: boolean },
  work: (context: CommandContext) => Promise<void>,
): Promise<void> {
  const { env, signal } = terminal;
  const url = options.url ?? env.OS_ENDPOINT_OVERRIDE ?? env.OS_ENDPOINT ?? env.IRONIC_URL ?? env.IRONIC_ENDPOINT ?? DEFAULT_URL;
  if (!/^https?:\/\/[^\s/]/.test(url)) throw new UsageError(`the service address must be an http:// or https:// URL, found "${url}"`);
  // The HTTP client is loaded only by commands that get this far: help and bad usage answer at once.
  const { createApiClient } = await import('./client/api-client.ts');
  const api = createApiClient({ url, credentials: credentialsFrom(env), clock: systemClock, signal });
  const json = options.json === true;
  try {
    await work({
      api,
      terminal,
      clock: systemClock,
      json,
      print: (value, human) => terminal.out(json ? `${JSON.stringify(value, null, 2)}\n` : human()),
    });
  } finally {
    await api.close();
  }
}

/** The variables that OpenStack clients read. */
function credentialsFrom(env: Terminal['env']): Credentials {
  const token = env.OS_TOKEN ?? env.OS_AUTH_TOKEN;
  if (token !== undefined && token !== '') return { kind: 'token', token };
  const { OS_USERNAME: username, OS_PASSWORD: password, OS_AUTH_TYPE: type } = env;
  if (type !== 'none' && username !== undefined && password !== undefined) return { kind: 'basic', username, password };
  return { kind: 'none' };
}
