/**
 * Deploys many machines of the simulated rack through the whole path (virtual media, agent, image) and prints machines per minute, memory
 * and event-loop delay of the service. The rack runs in a process of its own, on the same machine, so it takes its share of the cores.
 *
 *   npm run bench:rack                 1,000 machines
 *   MACHINES=100 npm run bench:rack
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isJsonObject } from '../src/model/json.ts';
import { startRackProcess } from '../test/harness/rack-process.ts';
import { createKillableService } from '../test/harness/service-process.ts';
import { makeSmallImage } from '../test/harness/small-image.ts';

const count = Number(process.env.MACHINES ?? 1000);
const lanes = 16;
const dir = mkdtempSync(join(tmpdir(), 'wrought-bench-rack-'));
const image = await makeSmallImage();
const imagePath = join(dir, 'image.raw');
writeFileSync(imagePath, image);
writeFileSync(join(dir, 'kernel'), 'kernel of the simulated rack');
writeFileSync(join(dir, 'ramdisk'), 'ramdisk of the simulated rack');

const rack = await startRackProcess({ machines: count, dataDir: join(dir, 'rack'), seed: 1, args: ['--fast'] });
const service = await createKillableService({
  dataDir: join(dir, 'service'),
  options: {
    'conductor.max_concurrent_deploy': String(count),
    'conductor.max_concurrent_clean': String(count),
    'conductor.automated_clean': 'false',
    'conductor.deploy_callback_timeout': '1800',
    'conductor.check_provision_state_interval': '60',
    'wrought.lease_ttl': '30',
    'wrought.agent_poll_interval': '5',
    'api.ramdisk_heartbeat_timeout': '300',
  },
});
try {
  await service.start();
  const uuids: string[] = [];
  const enrolSeconds = await timed(() =>
    inLanes(rack.machines, async (machine) => {
      const created = await need('POST', '/v1/nodes', 201, {
        name: machine.name,
        driver: 'redfish',
        driver_info: {
          redfish_address: machine.redfish.address,
          redfish_system_id: machine.redfish.system_id,
          redfish_username: machine.redfish.username,
          redfish_password: machine.redfish.password,
          deploy_kernel: `file://${join(dir, 'kernel')}`,
          deploy_ramdisk: `file://${join(dir, 'ramdisk')}`,
        },
        instance_info: {
          image_source: `file://${imagePath}`,
          image_os_hash_algo: 'sha256',
          image_os_hash_value: createHash('sha256').update(image).digest('hex'),
          image_disk_format: 'raw',
        },
      });
      const uuid = String(created.uuid);
      uuids.push(uuid);
      for (const address of machine.macs) await need('POST', '/v1/ports', 201, { node_uuid: uuid, address });
      await need('PUT', `/v1/nodes/${uuid}/states/provision`, 202, { target: 'manage' });
    }),
  );
  await until('manageable');
  await inLanes(uuids, (uuid) => need('PUT', `/v1/nodes/${uuid}/states/provision`, 202, { target: 'provide' }));
  await until('available');
  const deploySeconds = await timed(async () => {
    await inLanes(uuids, (uuid) => need('PUT', `/v1/nodes/${uuid}/states/provision`, 202, { target: 'active' }));
    await until('active');
  });
  const loop = await eventLoopDelay();
  const result = {
    machines: count,
    enrol_seconds: enrolSeconds,
    deploy_seconds: deploySeconds,
    machines_per_minute: Math.round((count / deploySeconds) * 60),
    service_rss_mib: memory(service.pid, 'VmRSS'),
    service_peak_mib: memory(service.pid, 'VmHWM'),
    rack_peak_mib: memory(rack.pid, 'VmHWM'),
    ...loop,
  };
  console.table(result);
  console.log(JSON.stringify(result));
} finally {
  await service.stop();
  await rack.stop();
  rmSync(dir, { recursive: true, force: true });
}

async function need(method: string, path: string, status: number, body?: unknown): Promise<Record<string, unknown>> {
  for (let tries = 0; ; tries++) {
    const answer = await service.request(method, path, body);
    if (answer?.status === status) return isJsonObject(answer.body) ? answer.body : {};
    if (tries >= 20 || (answer && ![409, 503].includes(answer.status)))
      throw new Error(`${method} ${path}: ${answer?.status} ${JSON.stringify(answer?.body)}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Waits until every node is in `state`; says what went wrong with those that failed. */
async function until(state: string): Promise<void> {
  for (;;) {
    const counts = new Map<string, number>();
    let why = '';
    for (let marker = ''; ; ) {
      const page = await need('GET', `/v1/nodes?fields=uuid,provision_state,last_error&limit=1000${marker && `&marker=${marker}`}`, 200);
      const nodes = Array.isArray(page.nodes) ? page.nodes : [];
      for (const node of nodes) {
        counts.set(node.provision_state, (counts.get(node.provision_state) ?? 0) + 1);
        if (/failed|error|enroll/.test(node.provision_state) && node.last_error)
          why = `${node.uuid}: ${node.provision_state}: ${node.last_error}`;
      }
      if (nodes.length < 1000) break;
      marker = nodes.at(-1).uuid;
    }
    process.stderr.write(`${[...counts].map(([name, many]) => `${name} ${many}`).join(', ')}\n`);
    if (counts.get(state) === count) return;
    if (why) throw new Error(why);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function eventLoopDelay(): Promise<Record<string, number>> {
  const response = await fetch(`${service.apiUrl}/wrought/v1/metrics`);
  const found: Record<string, number> = {};
  for (const line of (await response.text()).split('\n')) {
    const match = /^nodejs_eventloop_lag_(p50|p99|max)_seconds ([\d.e+-]+)/.exec(line);
    if (match) found[`event_loop_${match[1]}_ms`] = Math.round(Number(match[2]) * 10_000) / 10;
  }
  return found;
}

function memory(pid: number, field: string): number {
  const match = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(match?.[1] ?? 0) / 1024);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return Math.round(performance.now() - start) / 1000;
}

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (;;) {
        const item = items[next++];
        if (item === undefined) return;
        await work(item);
      }
    }),
  );
}
