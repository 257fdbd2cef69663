/**
 * Measures our QCOW2 conversion against `qemu-img convert` on the same image in the same run: time, and the memory we take above idle.
 *
 * usage: node bench/qcow2.ts [--size MIB] [--json]
 */
import { execFile } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs, promisify } from 'node:util';
import { openFileDevice } from '../src/image/file-device.ts';
import { convertQcow2ToDevice } from '../src/image/qcow2/convert-qcow2.ts';
import { openFileBytes } from '../src/image/readable-bytes.ts';

const run = promisify(execFile);
const MIB = 1 << 20;
const { values } = parseArgs({ options: { size: { type: 'string', default: '2048' }, json: { type: 'boolean', default: false } } });
/** Times are medians, memory and delay the worst. */
const ROUNDS = 3;
const sizeMib = Number(values.size);
const VARIANTS = {
  uncompressed: [],
  zlib: ['-c'],
  zstd: ['-c', '-o', 'compression_type=zstd'],
};

interface Row {
  variant: string;
  qemuSeconds: number;
  ourSeconds: number;
  ratio: number;
  peakMibAboveIdle: number;
  worstEventLoopDelayMs: number;
}

const directory = await mkdtemp(join(tmpdir(), 'wrought-bench-'));
try {
  const raw = join(directory, 'disk.raw');
  await makeDisk(raw);
  const rows: Row[] = [];
  for (const [variant, options] of Object.entries(VARIANTS)) {
    const image = join(directory, `${variant}.qcow2`);
    await run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', ...options, raw, image]);
    rows.push(await measure(variant, image, raw));
    await rm(image);
  }
  if (values.json) console.log(JSON.stringify({ sizeMib, rows }));
  else console.table(Object.fromEntries(rows.map(({ variant, ...row }) => [variant, row])));
} finally {
  await rm(directory, { recursive: true });
}

/** A third of text that packs well, a third of noise, a third of holes, in stretches of 8 MiB, as a system disk has them. */
async function makeDisk(path: string): Promise<void> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16, 2));
  const zeros = Buffer.alloc(MIB);
  const file = await open(path, 'w');
  await file.truncate(sizeMib * MIB);
  for (let at = 0; at < sizeMib; at++) {
    const kind = Math.floor(at / 8) % 3;
    if (kind === 2) continue;
    const noise = cipher.update(zeros);
    // Text: each byte one of sixteen, which packs to about half.
    if (kind === 0) for (let i = 0; i < noise.length; i++) noise[i] = 97 + ((noise[i] ?? 0) & 15);
    await file.write(noise, 0, MIB, at * MIB);
  }
  await file.close();
}

async function measure(variant: string, image: string, raw: string): Promise<Row> {
  const theirs = join(directory, 'theirs.raw');
  const ours = join(directory, 'ours.raw');
  const rounds: { qemu: number; ours: number; peak: number; delay: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // Both read the image from the page cache and flush the result to the disk: qemu-img does so only when told.
    await warm(image);
    const qemu = await timed(() => run('qemu-img', ['convert', '-t', 'writeback', '-f', 'qcow2', '-O', 'raw', image, theirs]));
    await rm(theirs);
    await warm(image);
    const { peak, delay, seconds } = await observed(async () => {
      const source = await openFileBytes(image);
      const device = await openFileDevice(ours, { size: sizeMib * MIB });
      await convertQcow2ToDevice(source, device);
      await device.close();
      await source.close();
    });
    rounds.push({ qemu, ours: seconds, peak, delay });
    await run('cmp', [raw, ours]);
    if ((await stat(ours)).blocks * 512 > (await stat(raw)).blocks * 512 * 1.05) throw new Error('our result is less sparse than the disk');
    await rm(ours);
  }
  return {
    variant,
    qemuSeconds: rounded(median(rounds.map((round) => round.qemu))),
    ourSeconds: rounded(median(rounds.map((round) => round.ours))),
    ratio: rounded(median(rounds.map((round) => round.ours / round.qemu))),
    peakMibAboveIdle: rounded(Math.max(...rounds.map((round) => round.peak)) / MIB),
    worstEventLoopDelayMs: rounded(Math.max(...rounds.map((round) => round.delay))),
  };
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

async function warm(path: string): Promise<void> {
  const file = await open(path, 'r');
  const buffer = Buffer.alloc(4 * MIB);
  while ((await file.read(buffer, 0, buffer.length)).bytesRead > 0);
  await file.close();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Resident memory is sampled every few milliseconds; idle is what the process had after a collection, before the work. */
async function observed(work: () => Promise<void>): Promise<{ peak: number; delay: number; seconds: number }> {
  globalThis.gc?.();
  const idle = process.memoryUsage.rss();
  let peak = idle;
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 5);
  const histogram = monitorEventLoopDelay({ resolution: 5 });
  histogram.enable();
  const seconds = await timed(work);
  histogram.disable();
  clearInterval(sampler);
  return { peak: peak - idle, delay: histogram.max / 1e6, seconds };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
