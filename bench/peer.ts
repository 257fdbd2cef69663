/**
 * Measures Wrought beside the service it replaces, in one run on one machine with the same client: creating nodes, lists, whole node lives
 * on pretended hardware, start and memory. The peer runs from Debian's packages in a temporary directory; without them Wrought is measured
 * alone. Prints a table and, last, one line of JSON.
 *
 * usage: npm run bench:peer [-- --only peer|wrought]
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createApiClient } from './peer/api-client.ts';
import type { Contender } from './peer/contender.ts';
import { missingPackages, startDebianIronic, tailOfLogs } from './peer/start-debian-ironic.ts';
import { startWrought } from './peer/start-wrought.ts';
import { createNodes, LANES, lives, readTimes } from './peer/workload.ts';
import { machine, round } from './report.ts';

const { values: given } = parseArgs({ options: { only: { type: 'string' } } });
/** Nodes that both sides hold while lists are timed. */
const NODES = 1000;
const LIVES = 200;
/** What Wrought is filled up to for its memory and for lists out of many. */
const MANY = 10_000;

/** Higher is better for rates; lower for all else. */
const RATES = new Set(['create node and port /s', 'lives /s']);

interface Result {
  readonly version: string;
  readonly values: Record<string, number>;
  readonly memory: Record<string, number>;
}

const directory = await mkdtemp(join(tmpdir(), 'wrought-bench-peer-'));
const results: Record<string, Result> = {};
const more: Record<string, number> = {};
const alone = given.only === 'wrought' ? [] : missingPackages();
try {
  if (alone.length > 0) console.log(`The peer is not measured; Debian packages missing: ${alone.join(' ')}`);
  else if (given.only !== 'wrought') results.peer = await inOwnDirectory('peer', async (home) => measure(await startDebianIronic(home)));
  if (given.only !== 'peer') {
    results.wrought = await inOwnDirectory('wrought', async (home) => {
      const result = await measure(await startWrought(home));
      Object.assign(more, await withMany(home));
      return result;
    });
  }
} finally {
  await rm(directory, { recursive: true });
}
report();

async function inOwnDirectory(name: string, work: (home: string) => Promise<Result>): Promise<Result> {
  const home = join(directory, name);
  await mkdir(home);
  try {
    return await work(home);
  } catch (error) {
    console.error(await tailOfLogs(home));
    throw error;
  }
}

async function measure(contender: Contender): Promise<Result> {
  const api = createApiClient(contender.apiUrl, LANES);
  try {
    console.log(`${contender.name} ${contender.version} runs; first answer after ${Math.round(contender.firstAnswerMs)} ms`);
    const creates = await createNodes(api, 0, NODES);
    const reads = await readTimes(api);
    const whole = await lives(api, LIVES);
    return {
      version: contender.version,
      values: {
        'create node and port /s': creates,
        ...Object.fromEntries(Object.entries(reads).map(([name, ms]) => [`${name} ms`, ms])),
        'lives /s': whole,
        'start to first answer ms': contender.firstAnswerMs,
        'start to ready ms': contender.readyMs,
        'resident memory MB': total(contender.memory()),
      },
      memory: contender.memory(),
    };
  } finally {
    await api.close();
    await contender.stop();
  }
}

/** Wrought again on the same data, filled up: start, lists and memory with many nodes. */
async function withMany(home: string): Promise<Record<string, number>> {
  const filling = await startWrought(home);
  try {
    const api = createApiClient(filling.apiUrl, LANES);
    await createNodes(api, NODES, MANY - NODES);
    await api.close();
  } finally {
    await filling.stop();
  }
  const contender = await startWrought(home);
  try {
    const api = createApiClient(contender.apiUrl, LANES);
    const reads = await readTimes(api);
    await api.close();
    return {
      ...Object.fromEntries(Object.entries(reads).map(([name, ms]) => [`${name} of ${MANY} ms`, ms])),
      [`start to first answer with ${MANY} ms`]: contender.firstAnswerMs,
      [`resident memory with ${MANY} MB`]: total(contender.memory()),
    };
  } finally {
    await contender.stop();
  }
}

function total(memory: Record<string, number>): number {
  return Object.values(memory).reduce((sum, part) => sum + part, 0);
}

function report(): void {
  const { peer, wrought } = results;
  const names = Object.keys((wrought ?? peer)?.values ?? {});
  const ratio = (name: string): string => {
    const [theirs, ours] = [peer?.values[name], wrought?.values[name]];
    if (theirs === undefined || ours === undefined) return '';
    return `${round(RATES.has(name) ? ours / theirs : theirs / ours)}x better`;
  };
  const shown = (value: number | undefined): number | string => (value === undefined ? '' : round(value));
  console.table(
    Object.fromEntries(
      names.map((name) => [name, { peer: shown(peer?.values[name]), wrought: shown(wrought?.values[name]), ratio: ratio(name) }]),
    ),
  );
  if (Object.keys(more).length > 0)
    console.table(Object.fromEntries(Object.entries(more).map(([name, value]) => [name, { wrought: round(value) }])));
  console.log(JSON.stringify({ bench: 'peer', nodes: NODES, clients: LANES, machine: machine(), results, more }));
}
