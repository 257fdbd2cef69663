import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createWalFlusher } from './wal-flusher.ts';

test('flushes that come while one is under way share the next one', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'wrought-wal-'));
  t.after(() => rm(dir, { recursive: true }));
  await writeFile(join(dir, 'db-wal'), 'frames');
  const flusher = createWalFlusher(join(dir, 'db'));
  const order: string[] = [];
  await Promise.all([
    flusher.flush().then(() => order.push('first')),
    flusher.flush().then(() => order.push('shared')),
    flusher.flush().then(() => order.push('shared')),
  ]);
  assert.deepEqual(order, ['first', 'shared', 'shared']);
  await flusher.flush();
  await flusher.close();
});

test('a log that cannot be flushed is an error, not silence', async () => {
  const flusher = createWalFlusher('/nonexistent/db');
  await assert.rejects(flusher.flush(), { code: 'ENOENT' });
});
