import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFileServer } from '../../boot/file-server.ts';
import { createLogger } from '../../config/create-logger.ts';
import { loadConfig } from '../../config/load-config.ts';
import { systemClock } from '../../model/clock.ts';
import { startRack } from '../../sim/start-rack.ts';
import { CommandFailure } from '../cli-error.ts';
import { createApiClient } from '../client/api-client.ts';
import { startService } from '../serve/start-service.ts';
import type { Terminal } from '../terminal.ts';
import { DEMO_DELAYS } from './demo-delays.ts';
import { type DemoImage, downloadImage, makeDemoImage, takeImage } from './demo-image.ts';
import { createDemoView } from './demo-view.ts';
import { type WalkResult, walkMachine } from './walk-machine.ts';

export interface DemoOptions {
  readonly machines: number;
  readonly seed: string;
  /** File or URL; null makes a small image. */
  readonly image: string | null;
  readonly json: boolean;
  /** Lowest level of the service's own log on standard error. */
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'none';
  /** Keep the data directory at the end. */
  readonly keep: boolean;
}

const STAGE_TIMEOUT_MS = 120_000;
/** Machines that are worked on at once. */
const AT_ONCE = 16;

/**
 * The main job, end to end, on a simulated rack with real protocols over real sockets: enrol, manage, inspect, clean, deploy, verify
 * the disks, tear down. Throws CommandFailure unless every machine went all the way.
 */
export async function runDemo(options: DemoOptions, terminal: Terminal): Promise<void> {
  const clock = systemClock;
  const start = clock.now();
  const directory = await mkdtemp(join(tmpdir(), 'wrought-demo-'));
  const undo: (() => Promise<unknown>)[] = options.keep ? [] : [() => rm(directory, { recursive: true, force: true })];
  try {
    const log = createDemoLogger(options.logLevel);
    const parts = { images: join(directory, 'images'), rack: join(directory, 'rack'), ramdisk: join(directory, 'ramdisk') };
    for (const part of Object.values(parts)) await mkdir(part);
    await writeRamdisk(parts.ramdisk);

    const image = await chooseImage(options.image, parts.images, terminal.signal);
    undo.push(() => image.close());
    const images = await startFileServer({ host: '127.0.0.1', port: 0, root: parts.images, log: log.child({ part: 'images' }) });
    undo.push(() => images.close());
    const rack = await startRack({
      machines: options.machines,
      seed: options.seed,
      dataDir: parts.rack,
      delays: DEMO_DELAYS,
      clock,
      log: log.child({ part: 'rack' }),
    });
    undo.push(() => rack.close());

    const { config } = loadConfig({ files: [], env: {}, given: demoConfig(directory, parts.ramdisk) });
    const service = await startService({ config, log, clock, hostname: 'demo' });
    undo.push(() => service.stop({ drain: false }));
    const api = createApiClient({ url: service.apiUrl, credentials: { kind: 'none' }, clock, signal: terminal.signal });
    undo.push(() => api.close());

    const { machines } = rack.describe();
    const view = createDemoView(
      terminal,
      machines.map(({ name }) => name),
      () => clock.now(),
    );
    view.say(`service on ${service.apiUrl}, ${machines.length} simulated machines, image ${image.name} (${image.diskFormat})`);
    const tools = {
      api,
      clock,
      signal: terminal.signal,
      image: { ...image, url: `${images.url}/${encodeURIComponent(image.name)}` },
      stageTimeoutMs: STAGE_TIMEOUT_MS,
      show: view.update,
    };
    const results = await forEachLimited(machines, AT_ONCE, (machine) => walkMachine(machine, tools));
    view.end();
    terminal.signal.throwIfAborted();
    report(results, (clock.now() - start) / 1000, options.json, terminal);
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

function createDemoLogger(level: DemoOptions['logLevel']): ReturnType<typeof createLogger> {
  return level === 'none' ? createLogger({ level: 'error', destination: { write: () => undefined } }) : createLogger({ level });
}

/** Addresses and directories of its own, and waits fitted to machines that start in fractions of a second. */
function demoConfig(directory: string, ramdisk: string): Record<string, string> {
  return {
    'wrought.data_dir': join(directory, 'service'),
    'wrought.http_port': '0',
    'wrought.agent_poll_interval': '0.5',
    'api.port': '0',
    'conductor.deploy_kernel': `file://${join(ramdisk, 'kernel')}`,
    'conductor.deploy_ramdisk': `file://${join(ramdisk, 'initramfs')}`,
    'conductor.file_url_allowed_paths': ramdisk,
    'agent.command_wait_interval': '1',
    'agent.post_deploy_get_power_state_retry_interval': '1',
  };
}

/** Stand-ins: the simulated firmware loads kernel and ramdisk as a real one does, then runs the agent's code instead. */
async function writeRamdisk(directory: string): Promise<void> {
  await writeFile(join(directory, 'kernel'), 'kernel of the simulated ramdisk\n');
  await writeFile(join(directory, 'initramfs'), 'initramfs of the simulated ramdisk\n');
}

function chooseImage(image: string | null, directory: string, signal: AbortSignal): Promise<DemoImage> {
  if (image === null) return makeDemoImage(directory);
  return /^https?:\/\//.test(image) ? downloadImage(image, directory, signal) : takeImage(image, directory);
}

function report(results: readonly WalkResult[], seconds: number, json: boolean, terminal: Terminal): void {
  const count = (has: (result: WalkResult) => boolean): number => results.filter(has).length;
  const summary = {
    machines: results.length,
    deployed: count(({ deployed }) => deployed),
    verified: count(({ verified }) => verified),
    torn_down: count(({ tornDown }) => tornDown),
    seconds: Math.round(seconds * 10) / 10,
  };
  const failures = results.filter(({ error }) => error !== null);
  for (const { name, error } of failures) terminal.err(`${name}: ${error}\n`);
  const { machines, deployed, verified, torn_down } = summary;
  terminal.out(
    json
      ? `${JSON.stringify(summary)}\n`
      : `${machines} machines: ${deployed} deployed, ${verified} verified, ${torn_down} torn down, in ${summary.seconds} s\n`,
  );
  if (failures.length > 0) throw new CommandFailure(`${failures.length} of ${machines} machines did not go all the way`);
}

async function forEachLimited<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
