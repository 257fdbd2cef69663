import { inLanes, medianMs, timed } from '../report.ts';
import type { ApiClient } from './api-client.ts';

/** Clients at work at the same time. */
export const LANES = 4;
const ROUNDS = 9;

/** What Nova reads in each of its inventory rounds. */
const NOVA_FIELDS =
  'uuid,power_state,target_power_state,provision_state,target_provision_state,last_error,maintenance,properties,instance_uuid,traits,resource_class';

/** Creates nodes `first` … `first + count - 1`, each with a port; answers pairs per second. */
export async function createNodes(api: ApiClient, first: number, count: number): Promise<number> {
  const ms = await timed(() =>
    inLanes(count, LANES, async (index) => {
      const n = first + index;
      const uuid = nodeUuid(n);
      await api.send('POST', '/v1/nodes', 201, {
        uuid,
        name: `bench-${n}`,
        driver: 'fake-hardware',
        resource_class: 'baremetal',
        driver_info: { fake_address: `10.0.${n >> 8}.${n & 255}`, fake_password: 'secret' },
        properties: { cpus: 64, memory_mb: 262144, local_gb: 480, cpu_arch: 'x86_64', capabilities: 'boot_mode:uefi' },
        extra: { rack: `r${n % 40}`, serial: `S${n}` },
      });
      const address = (0x525400000000 + n).toString(16).replace(/(..)(?=.)/g, '$1:');
      await api.send('POST', '/v1/ports', 201, { node_uuid: uuid, address });
    }),
  );
  return (count / ms) * 1000;
}

/** Times of reads in milliseconds. */
export async function readTimes(api: ApiClient): Promise<Record<string, number>> {
  const list = async (path: string): Promise<number> => {
    const nodes = (await api.get(path)).nodes;
    if (!Array.isArray(nodes) || nodes.length !== 1000) throw new Error(`${path}: not the 1,000 nodes`);
    return medianMs(ROUNDS, () => api.send('GET', path, 200));
  };
  return {
    'list 1,000 plain': await list('/v1/nodes?limit=1000'),
    'list 1,000 detail': await list('/v1/nodes/detail?limit=1000'),
    'list 1,000 as Nova': await list(`/v1/nodes?limit=1000&fields=${NOVA_FIELDS}`),
    'show one': await medianMs(5 * ROUNDS, () => api.send('GET', `/v1/nodes/${nodeUuid(3)}`, 200)),
  };
}

/** Takes nodes 0 … count-1 through manage, provide, active and deleted; answers whole lives per second. */
export async function lives(api: ApiClient, count: number): Promise<number> {
  const ms = await timed(() =>
    inLanes(count, LANES, async (n) => {
      const path = `/v1/nodes/${nodeUuid(n)}/states`;
      for (const [target, state] of [
        ['manage', 'manageable'],
        ['provide', 'available'],
        ['active', 'active'],
        ['deleted', 'available'],
      ] as const) {
        await api.send('PUT', `${path}/provision`, 202, { target });
        await reached(api, path, state);
      }
    }),
  );
  return (count / ms) * 1000;
}

/** Asks at once, then with growing pauses, so that a slow side is not slowed by the asking. */
async function reached(api: ApiClient, path: string, state: string): Promise<void> {
  const limit = performance.now() + 120_000;
  for (let pause = 2; performance.now() < limit; pause = Math.min(pause * 2, 100)) {
    const { provision_state, last_error } = await api.get(path);
    if (provision_state === state) return;
    if (typeof provision_state === 'string' && / failed$|^error$/.test(provision_state))
      throw new Error(`${path}: ${provision_state}: ${String(last_error)}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  throw new Error(`${path}: did not become "${state}"`);
}

function nodeUuid(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}
