import { createLogger, type LogLevel } from '../../config/create-logger.ts';
import { loadConfig } from '../../config/load-config.ts';
import { reloadableConfig } from '../../config/reloadable-config.ts';
import { systemClock } from '../../model/clock.ts';
import type { Terminal } from '../terminal.ts';
import type { Role } from './roles.ts';
import { startRoles } from './start-roles.ts';

/**
 * Runs the service until the terminal's signal: the first SIGINT or SIGTERM drains, a second one ends the process at once. SIGHUP reads
 * the configuration again and applies the options that may change while running.
 */
export async function runService(options: {
  terminal: Terminal;
  files: readonly string[];
  given: Readonly<Record<string, string>>;
  json: boolean;
  roles: ReadonlySet<Role>;
}): Promise<void> {
  const { terminal, files, given, json, roles } = options;
  const load = () => loadConfig({ files, env: terminal.env, given });
  const first = load();
  const log = createLogger({ level: logLevel(first.config.string('wrought', 'log_level')) });
  for (const warning of first.warnings) log.warn({}, warning);
  const config = reloadableConfig(first.config);

  const service = await startRoles({ config, log, clock: systemClock }, roles);
  const reload = (): void => {
    try {
      const fresh = load();
      for (const warning of fresh.warnings) log.warn({}, warning);
      log.info(config.reload(fresh.config), 'configuration read again');
    } catch (error) {
      log.error({ error }, 'configuration not read again; the former one stays in force');
    }
  };
  process.on('SIGHUP', reload);
  const { apiUrl, fileServerUrl, rpcUrl } = service;
  if (json) terminal.out(`${JSON.stringify({ api: apiUrl, files: fileServerUrl, rpc: rpcUrl, pid: process.pid })}\n`);
  else terminal.out(apiUrl === null ? `Conductor takes calls on ${rpcUrl}\n` : `Bare Metal API on ${apiUrl}\n`);
  try {
    await ended(terminal.signal);
    log.info({}, 'stopping: work in hand is brought to a safe point; a second signal stops at once');
  } finally {
    process.off('SIGHUP', reload);
    await service.stop({ drain: true });
  }
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function logLevel(text: string): LogLevel {
  return text === 'debug' || text === 'warn' || text === 'error' ? text : 'info';
}
