import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '../../config/logger.ts';
import { VirtualClock } from '../../model/clock.ts';
import { openStore } from '../open-store.ts';
import type { Bench } from './bench.ts';

const WRITER = fileURLToPath(new URL('crash-writer.ts', import.meta.url));

export function crashTests(bench: Bench): void {
  test('a process killed while it writes loses nothing it was told is written, and leaves no half', async () => {
    const connection = await bench.freshDatabase();
    for (const lines of [1, 60, 175]) {
      const { created, changed } = await writeUntilKilled(connection, lines);
      const store = await openStore(connection, { clock: new VirtualClock(), log: silentLogger });
      try {
        const nodes = await store.nodes.scan({});
        const found = new Map(nodes.map((node) => [node.uuid, node]));
        for (const uuid of created) assert.ok(found.has(uuid), `node ${uuid} was acknowledged`);
        for (const uuid of changed) assert.equal(found.get(uuid)?.power_state, 'power on');
        const ports = await store.ports.list({}, { limit: 10_000 });
        const events = await store.events.since(0, 10_000);
        const uuids = nodes.map((node) => node.uuid).sort();
        assert.deepEqual(ports.map((port) => port.node_uuid).sort(), uuids, 'each node has its port');
        assert.deepEqual(events.map((event) => event.node_uuid).sort(), uuids, 'and its event');
        await store.events.prune(Number.MAX_SAFE_INTEGER);
        for (const uuid of uuids) await store.nodes.delete(uuid, null);
      } finally {
        await store.close();
      }
    }
  });
}

async function writeUntilKilled(connection: string, lines: number): Promise<{ created: string[]; changed: string[] }> {
  const child = spawn(process.execPath, [WRITER, connection], { stdio: ['ignore', 'pipe', 'inherit'] });
  const told: Record<string, string[]> = { created: [], changed: [] };
  let count = 0;
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => {
    const [what = '', uuid = ''] = line.split(' ');
    told[what]?.push(uuid);
    if (++count === lines) child.kill('SIGKILL');
  });
  const [[, signal]] = await Promise.all([once(child, 'exit'), once(output, 'close')]);
  assert.equal(signal, 'SIGKILL');
  assert.ok(count >= lines);
  return { created: told.created ?? [], changed: told.changed ?? [] };
}
