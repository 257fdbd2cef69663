import { createLogger } from '../config/create-logger.ts';
import { loadConfig } from '../config/load-config.ts';
import { systemClock } from '../model/clock.ts';
import { openStore, readMigrationStatus } from '../store/open-store.ts';
import { CommandFailure } from './cli-error.ts';
import { type ConfigOptions, configFiles } from './load-options.ts';
import { prepareDataDirectory } from './serve/data-directory.ts';
import type { Terminal } from './terminal.ts';

/** Shows where the schema of the configured database stands, after bringing it up to date where that is asked. */
export async function runDatabaseCommand(
  action: 'upgrade' | 'status',
  options: ConfigOptions & { json?: boolean },
  terminal: Terminal,
): Promise<void> {
  const { config, warnings } = loadConfig({ files: configFiles(options), env: terminal.env });
  for (const warning of warnings) terminal.err(`warning: ${warning}\n`);
  const log = createLogger({ level: 'warn' });
  const connection = config.string('database', 'connection');
  if (connection.startsWith('sqlite')) await prepareDataDirectory(config.string('wrought', 'data_dir'));
  if (action === 'upgrade') await (await openStore(connection, { clock: systemClock, log })).close();
  const status = await readMigrationStatus(connection, { log });
  const shown = { current: status.current, latest: status.latest, pending: status.pending.map(({ name }) => name) };
  terminal.out(
    options.json
      ? `${JSON.stringify(shown)}\n`
      : `schema version ${shown.current} of ${shown.latest}${shown.pending.length > 0 ? `; pending: ${shown.pending.join(', ')}` : ''}\n`,
  );
  if (status.current > status.latest)
    throw new CommandFailure(
      `the database has schema version ${status.current}, this program knows up to ${status.latest}: use a newer program`,
    );
}
