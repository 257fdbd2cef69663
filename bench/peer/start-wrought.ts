import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject } from '../../src/model/json.ts';
import { freePort } from '../../test/harness/free-port.ts';
import { residentMb } from '../report.ts';
import { type Contender, commonOptions, toIni } from './contender.ts';
import { startProcess, waitUntil } from './loopback-process.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Runs `wrought serve` on the data in `directory`, with its own defaults: SQLite, every commit on the disk. */
export async function startWrought(directory: string): Promise<Contender> {
  const apiPort = await freePort();
  const configFile = join(directory, 'wrought.conf');
  const own = { wrought: { data_dir: join(directory, 'data'), http_port: String(await freePort()) } };
  await writeFile(configFile, toIni(commonOptions(apiPort), own));
  const since = performance.now();
  const service = startProcess(
    process.execPath,
    [join(ROOT, 'src/main.ts'), 'serve', '--config-file', configFile],
    join(directory, 'wrought.out'),
  );
  try {
    const apiUrl = `http://127.0.0.1:${apiPort}`;
    const wait = (what: string, ready: () => Promise<boolean>): Promise<number> =>
      waitUntil(ready, { what, since, limitMs: 30_000, processes: [service] });
    const firstAnswerMs = await wait('Wrought’s API', async () => (await fetch(`${apiUrl}/`)).ok);
    const readyMs = await wait('Wrought’s conductor', async () =>
      (await (await fetch(`${apiUrl}/v1/drivers`)).text()).includes('fake-hardware'),
    );
    return {
      name: 'wrought',
      version: ownVersion(),
      apiUrl,
      firstAnswerMs,
      readyMs,
      memory: () => ({ all: residentMb(service.pid) }),
      stop: () => service.stop(),
    };
  } catch (error) {
    await service.stop();
    throw error;
  }
}

function ownVersion(): string {
  const described: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return isJsonObject(described) ? String(described.version) : '';
}
