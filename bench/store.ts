/**
 * Measures the store alone on SQLite (a file, every commit on the disk) and, where its server is installed, on PostgreSQL. Prints a table
 * and, last, one line of JSON.
 *
 * usage: npm run bench:store [-- --nodes COUNT]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { silentLogger } from '../src/config/logger.ts';
import { systemClock } from '../src/model/clock.ts';
import type { Node } from '../src/model/node.ts';
import { openStore } from '../src/store/open-store.ts';
import { findPostgres, POSTGRES_PACKAGE, startThrowawayPostgres } from '../test/store/throwaway-postgres.ts';
import { inLanes, machine, medianMs, round, timed } from './report.ts';

const { values: given } = parseArgs({ options: { nodes: { type: 'string', default: '10000' } } });
const nodes = Number(given.nodes);
const LANES = 4;
const PAGE = 1000;
const ROUNDS = 15;
const PLAIN: readonly (keyof Node)[] = ['uuid', 'name', 'instance_uuid', 'power_state', 'provision_state', 'maintenance'];

async function measure(connection: string): Promise<Record<string, number>> {
  const store = await openStore(connection, { clock: systemClock, log: silentLogger });
  try {
    const uuids: string[] = [];
    const creating = await timed(() =>
      inLanes(nodes, LANES, async (n) => {
        const node = await store.nodes.create({
          driver: 'redfish',
          name: `node-${n}`,
          resource_class: `class-${n % 7}`,
          driver_info: { redfish_address: `https://10.0.${n >> 8}.${n & 255}`, redfish_username: 'admin', redfish_password: 'secret' },
          properties: { cpus: 64, memory_mb: 262144, local_gb: 480, cpu_arch: 'x86_64', capabilities: 'boot_mode:uefi' },
          traits: ['CUSTOM_RACK', 'HW_CPU_X86_VMX'],
          extra: { rack: `r${n % 40}`, serial: `S${n}` },
        });
        uuids.push(node.uuid);
      }),
    );
    const uuid = (index: number): string => uuids[index % uuids.length] ?? '';
    const page = { limit: PAGE };
    const plain = await medianMs(ROUNDS, () => store.nodes.list({}, page, PLAIN));
    const detail = await medianMs(ROUNDS, () => store.nodes.list({}, page));
    const last = await medianMs(ROUNDS, () => store.nodes.list({}, { ...page, marker: uuid(nodes - PAGE - 1) }, PLAIN));
    const sorted = await medianMs(ROUNDS, () =>
      store.nodes.list({}, { ...page, sortKey: 'resource_class', marker: uuid(nodes >> 1) }, PLAIN),
    );
    const few = await medianMs(ROUNDS, () => store.nodes.list({ resourceClass: 'class-3', maintenance: false }, { limit: 10 }, PLAIN));
    const COUNT = 2000;
    const perSecond = async (work: (index: number) => Promise<unknown>): Promise<number> =>
      (COUNT / (await timed(() => inLanes(COUNT, LANES, async (n) => void (await work(n)))))) * 1000;
    return {
      'creates/s': (nodes / creating) * 1000,
      'list 1,000 plain ms': plain,
      'list 1,000 detail ms': detail,
      'list last 1,000 ms': last,
      'list 1,000 by class ms': sorted,
      'list 10 filtered ms': few,
      'show/s': await perSecond((n) => store.nodes.getByUuid(uuid(n * 7))),
      'change/s': await perSecond((n) => store.nodes.mutate(uuid(n * 7), null, () => ({ provision_updated_at: n }))),
      'lease taken and freed/s': await perSecond(async (n) => {
        const taken = await store.nodes.acquireLease(uuid(n), { holder: 'h', purpose: 'bench', ttlMs: 60_000 });
        if ('lease' in taken) await store.nodes.releaseLease(taken.lease);
      }),
      'change, history and event/s': await perSecond((n) =>
        store.transaction(async (tx) => {
          const node = await tx.nodes.mutate(uuid(n * 3), null, () => ({ last_error: `error ${n}` }));
          await tx.history.add({
            node_uuid: node.uuid,
            conductor: 'h',
            severity: 'ERROR',
            event: `error ${n}`,
            event_type: 'provisioning',
            user: null,
            project: null,
            state: node.provision_state,
            target_provision_state: null,
            duration_seconds: null,
          });
          await tx.events.add({ kind: 'node.history', node_uuid: node.uuid, node_name: node.name, data: { n } });
        }),
      ),
    };
  } finally {
    await store.close();
  }
}

const directory = await mkdtemp(join(tmpdir(), 'wrought-bench-store-'));
const results: Record<string, Record<string, number>> = {};
try {
  results.sqlite = await measure(`sqlite:///${join(directory, 'bench.db')}`);
} finally {
  await rm(directory, { recursive: true });
}
const bin = findPostgres();
if (bin === undefined) console.log(`PostgreSQL is not measured: its server is missing (Debian package ${POSTGRES_PACKAGE})`);
else {
  const server = await startThrowawayPostgres(bin, { durable: true });
  try {
    results.postgresql = await measure(await server.freshDatabase());
  } finally {
    await server.stop();
  }
}
const names = Object.keys(results.sqlite);
console.table(
  Object.fromEntries(
    names.map((name) => [
      name,
      Object.fromEntries(Object.entries(results).map(([kind, values]) => [kind, round(values[name] ?? Number.NaN)])),
    ]),
  ),
);
console.log(JSON.stringify({ bench: 'store', nodes, machine: machine(), results }));
