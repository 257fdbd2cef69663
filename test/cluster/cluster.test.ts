/**
 * Three processes of the service on one PostgreSQL, with Wrought's own leases and heartbeats: conductors are killed, stopped and woken
 * in the middle of deployments of fake and of simulated machines.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import type { JsonObject } from '../../src/model/json.ts';
import { startRackProcess } from '../harness/rack-process.ts';
import { makeSmallImage } from '../harness/small-image.ts';
import { findPostgres, POSTGRES_PACKAGE, startThrowawayPostgres } from '../store/throwaway-postgres.ts';
import { type Api, apiOf, type Cluster, type Member, pause, startMember, until } from './cluster-stage.ts';

const FAKES = 9;
const MACHINES = 4;
/** The promise: a lost conductor is noticed within 15 s; what it did is taken up at the recovery loop's next look. Seconds. */
const NOTICED = 15;
const TAKEN_UP = 20;

const dir = mkdtempSync(join(tmpdir(), 'wrought-cluster-'));
const undo: (() => Promise<unknown>)[] = [async () => rmSync(dir, { recursive: true, force: true })];
let cluster: Cluster;
let first: Member;
let api: Api;
let sql: pg.Client;
const members = new Map<string, Member>();
const fakes: string[] = [];
const machines: string[] = [];

async function joinCluster(name: string, settings: Record<string, string> = {}): Promise<Member> {
  const member = await startMember(cluster, name, 'conductor', { 'deploy.external_callback_url': first.apiUrl, ...settings });
  members.set(name, member);
  undo.push(() => member.stop());
  return member;
}

before(async () => {
  const bin = findPostgres();
  assert.ok(bin, `this test needs the Debian package ${POSTGRES_PACKAGE}`);
  const postgres = await startThrowawayPostgres(bin);
  undo.push(() => postgres.stop());
  const image = await makeSmallImage();
  for (const [name, bytes] of [
    ['image.raw', image],
    ['kernel', 'kernel'],
    ['ramdisk', 'ramdisk'],
  ] as const)
    writeFileSync(join(dir, name), bytes);
  const checksum = createHash('sha256').update(image).digest('hex');
  const rack = await startRackProcess({ machines: MACHINES, dataDir: join(dir, 'rack'), seed: 5, args: ['--fast'] });
  undo.push(() => rack.stop());
  const connection = await postgres.freshDatabase();
  sql = new pg.Client({ connectionString: connection });
  await sql.connect();
  undo.push(() => sql.end());
  cluster = {
    connection,
    dir,
    settings: {
      'wrought.rpc_secret': 'of the cluster test',
      'wrought.agent_poll_interval': '1',
      'conductor.automated_clean': 'false',
      'conductor.sync_power_state_interval': '0',
      'conductor.file_url_allowed_paths': dir,
      'conductor.deploy_kernel': `file://${join(dir, 'kernel')}`,
      'conductor.deploy_ramdisk': `file://${join(dir, 'ramdisk')}`,
      'fake.deploy_delay': '3',
      // A machine whose boot media were served by a conductor that is gone calls nobody: its wait has an end.
      'conductor.deploy_callback_timeout': '25',
      'conductor.check_provision_state_interval': '2',
    },
  };
  first = await startMember(cluster, 'c1', 'api,conductor');
  undo.push(() => first.stop());
  api = apiOf(first.apiUrl);
  await joinCluster('c2');
  await joinCluster('c3');
  for (let n = 0; n < FAKES; n++) fakes.push(await enrol({ name: `fake-${n}`, driver: 'fake-hardware' }));
  for (const machine of rack.machines) {
    const uuid = await enrol({
      name: machine.name,
      driver: 'redfish',
      driver_info: {
        redfish_address: machine.redfish.address,
        redfish_system_id: machine.redfish.system_id,
        redfish_username: machine.redfish.username,
        redfish_password: machine.redfish.password,
      },
      instance_info: {
        image_source: `file://${join(dir, 'image.raw')}`,
        image_os_hash_algo: 'sha256',
        image_os_hash_value: checksum,
        image_disk_format: 'raw',
      },
    });
    machines.push(uuid);
    for (const address of machine.macs) assert.equal((await api.call('POST', '/v1/ports', { node_uuid: uuid, address })).status, 201);
  }
  await until('nodes are placed on all three', 15, async () => new Set((await api.nodes()).map((node) => node.conductor)).size === 3);
  await toAvailable([...fakes, ...machines]);
});

after(async () => {
  for (const step of undo.reverse()) await step();
});

let enrolled = 0;

/** UUIDs are given, so that placement is the same in every run. */
async function enrol(values: JsonObject): Promise<string> {
  const uuid = `00000000-0000-4000-8000-${String(++enrolled).padStart(12, '0')}`;
  const { status, body } = await api.call('POST', '/v1/nodes', { uuid, ...values });
  assert.equal(status, 201, JSON.stringify(body));
  return String(body.uuid);
}

async function toAvailable(uuids: readonly string[]): Promise<void> {
  const now = await api.settled(uuids, 60);
  for (const node of now) {
    const state = String(node.provision_state);
    if (state === 'available') continue;
    await api.verb(String(node.uuid), state === 'enroll' ? 'manage' : 'deleted');
  }
  for (const node of await api.settled(uuids, 60)) if (node.provision_state === 'manageable') await api.verb(String(node.uuid), 'provide');
  for (const node of await api.settled(uuids, 60)) assert.equal(node.provision_state, 'available', `${node.name}: ${node.last_error}`);
}

const heldBy = async (host: string): Promise<JsonObject[]> => (await api.nodes()).filter((node) => node.reservation === host);

/** Starts deployments and waits until the conductor is in the middle of some. */
async function deployUntilHeld(uuids: readonly string[], host: string, wanted = 1): Promise<JsonObject[]> {
  await Promise.all(uuids.map((uuid) => api.verb(uuid, 'active')));
  let held: JsonObject[] = [];
  await until(`${host} works on nodes`, 20, async () => {
    held = (await heldBy(host)).filter((node) => node.provision_state === 'deploying');
    return held.length >= wanted;
  });
  return held;
}

function assertAllowedEnd(node: JsonObject, lost: string): void {
  if (node.provision_state === 'active') return;
  assert.equal(node.provision_state, 'deploy failed', `${node.name}`);
  assert.match(String(node.last_error), new RegExp(`conductor ${lost}\\b.* (was lost|is gone)`), `${node.name} tells why`);
}

test('kill -9 in the middle of deployments: nodes move, leases end, work goes on or fails with the reason', async (t) => {
  const all = [...fakes, ...machines];
  const held = await deployUntilHeld(all, 'c2');
  const mapped = (await api.nodes()).filter((node) => node.conductor === 'c2').map((node) => String(node.uuid));
  const killed = Date.now();
  members.get('c2')?.signal('SIGKILL');
  const next = new Map<string, number>();
  const moved = new Map<string, number>();
  await until('the nodes of c2 take their next step elsewhere', 60, async () => {
    for (const node of await api.nodes()) {
      const uuid = String(node.uuid);
      const former = held.find((each) => each.uuid === uuid);
      if (former && !next.has(uuid) && node.reservation !== 'c2') next.set(uuid, Date.now() - killed);
      if (mapped.includes(uuid) && !moved.has(uuid) && node.conductor !== 'c2') moved.set(uuid, Date.now() - killed);
    }
    return next.size === held.length && moved.size === mapped.length;
  });
  const seconds = (times: Iterable<number>): string => [...times].map((ms) => (ms / 1000).toFixed(1)).join(' ');
  t.diagnostic(`kill to placement elsewhere: ${seconds(moved.values())} s`);
  t.diagnostic(`kill to the next step of nodes in work: ${seconds(next.values())} s`);
  for (const ms of moved.values()) assert.ok(ms <= NOTICED * 1000, `placement moved after ${ms} ms`);
  for (const ms of next.values()) assert.ok(ms <= TAKEN_UP * 1000, `work was taken up after ${ms} ms`);
  const ends = await api.settled(all, 90);
  for (const node of ends) assertAllowedEnd(node, 'c2');
  t.diagnostic(`ends: ${ends.map((node) => `${node.name} ${node.provision_state}`).join(', ')}`);
  await toAvailable(all);
});

test('SIGSTOP past the lease, then SIGCONT: the conductor changes nothing any more', async (t) => {
  const held = await deployUntilHeld(fakes, 'c3');
  const stopped = Date.now();
  members.get('c3')?.signal('SIGSTOP');
  const ends = await api.settled(fakes, 60);
  t.diagnostic(`${held.length} nodes of the stopped conductor were at rest after ${((Date.now() - stopped) / 1000).toFixed(1)} s`);
  for (const node of ends) assertAllowedEnd(node, 'c3');
  const picture = async (): Promise<unknown> => ({
    nodes: (await sql.query('select * from nodes order by id')).rows,
    history: (await sql.query('select count(*) from node_history')).rows,
    events: (await sql.query('select max(id) from events')).rows,
  });
  const before = await picture();
  members.get('c3')?.signal('SIGCONT');
  await until('c3 is a member again', 10, async () => (await api.call('GET', '/v1/conductors/c3')).body.alive === true);
  await pause(6000);
  assert.deepEqual(await picture(), before);
  await toAvailable(fakes);
});

test('a record removed by hand comes back, and running work is not disturbed', async () => {
  const held = await deployUntilHeld(fakes, 'c3');
  await sql.query("delete from conductors where hostname = 'c3'");
  await until('c3 stands in the register again', 5, async () => (await api.call('GET', '/v1/conductors/c3')).status === 200);
  for (const node of await api.settled(fakes, 60)) {
    assert.equal(node.provision_state, 'active', `${node.name}: ${node.last_error}`);
    if (held.some((each) => each.uuid === node.uuid)) assert.equal(node.last_error, null);
  }
  await toAvailable(fakes);
});

test('killed, its record removed, started under another name; one of its nodes in maintenance, one that nobody else may drive', async () => {
  const lab = await joinCluster('c4', { 'conductor.conductor_group': 'lab' });
  await until('c4 is known', 10, async () => (await api.call('GET', '/v1/conductors/c4')).body.alive === true);
  await pause(2500);
  const lonely = await enrol({ name: 'lonely', driver: 'fake-hardware', conductor_group: 'lab' });
  const kept = await enrol({ name: 'kept', driver: 'fake-hardware', conductor_group: 'lab' });
  await toAvailable([lonely, kept]);
  const held = await deployUntilHeld([lonely, kept], 'c4', 2);
  assert.equal(held.length, 2);
  lab.signal('SIGKILL');
  await sql.query("delete from conductors where hostname = 'c4'");
  await sql.query('update nodes set maintenance = 1 where uuid = $1', [kept]);
  const renamed = await joinCluster('c5');
  const ends = await api.settled([lonely, kept], 40);
  for (const node of ends) {
    assert.equal(node.provision_state, 'deploy failed', `${node.name}: ${node.last_error}`);
    assert.match(String(node.last_error), /conductor c4 was lost while the node was deploying/);
    assert.match(
      String(node.last_error),
      node.name === 'kept' ? /in maintenance/ : /no live conductor serves driver fake-hardware in conductor group "lab"/,
    );
    assert.equal(node.maintenance, node.name === 'kept');
  }
  const refused = await api.call('PUT', `/v1/nodes/${lonely}/states/provision`, { target: 'deleted' });
  assert.ok([400, 404].includes(refused.status), JSON.stringify(refused));
  assert.match(JSON.stringify(refused.body), /No conductor service registered which supports driver fake-hardware/);
  await renamed.stop();
});
