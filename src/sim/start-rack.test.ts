import assert from 'node:assert/strict';
import { access, mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLogger } from '../config/logger.ts';
import { VirtualClock } from '../model/clock.ts';
import { hasCode } from '../model/errors.ts';
import { parseFaultFlag } from './faults/parse-faults.ts';
import { startRack } from './start-rack.ts';
import { nextEvent, quickRack, redfishOf } from './testing/quick-rack.ts';

test('a rack describes what is needed to enrol its machines, the same for the same seed', async () => {
  await using one = await quickRack(new VirtualClock(), { machines: 3 });
  const first = one.rack.describe();
  await using two = await quickRack(new VirtualClock(), { machines: 3 });
  const second = two.rack.describe();
  assert.equal(first.machines.length, 3);
  const [machine] = first.machines;
  assert.ok(machine);
  assert.equal(machine.name, 'r7-m001');
  assert.match(machine.redfish.address, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal((await stat(machine.disks[0]?.path ?? '')).size, machine.disks[0]?.size);
  assert.ok((await stat(machine.disks[0]?.path ?? '')).blocks < 100, 'sparse');
  const comparable = ({ machines }: typeof first) =>
    machines.map(({ redfish, disks, ...rest }) => ({
      ...rest,
      redfish: { ...redfish, address: '' },
      disks: disks.map((disk) => ({ ...disk, path: '' })),
    }));
  assert.deepEqual(comparable(first), comparable(second));
});

test('machines are found by name and number; what is not there is named', async () => {
  await using quick = await quickRack(new VirtualClock(), { machines: 2 });
  assert.equal(quick.rack.machine('r7-m002'), quick.rack.machine(1));
  assert.throws(
    () => quick.rack.machine(9),
    (error) => hasCode(error, 'NOT_FOUND') && /no machine 9; it has 2/.test(error.message),
  );
  assert.throws(
    () => quick.rack.inject(parseFaultFlag('bmc-hang:nobody')),
    (error) => hasCode(error, 'NOT_FOUND'),
  );
});

test('disks stay when a rack closes and are used again, or are removed when asked for', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'wrought-rack-'));
  try {
    const options = { machines: 1, seed: 1, dataDir: dir, disks: [{ size: 1 << 20 }], clock: new VirtualClock(), log: silentLogger };
    const rack = await startRack(options);
    const path = rack.describe().machines[0]?.disks[0]?.path ?? '';
    await rack.close();
    await access(path);
    const again = await startRack(options);
    assert.equal(again.describe().machines[0]?.disks[0]?.path, path);
    await again.close({ removeDisks: true });
    await assert.rejects(access(path));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test('a taken port ends the start, and nothing stays running', async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  const bound = blocker.address();
  assert.ok(bound !== null && typeof bound !== 'string');
  const dir = await mkdtemp(join(tmpdir(), 'wrought-rack-'));
  try {
    await assert.rejects(
      startRack({
        machines: 1,
        seed: 1,
        dataDir: dir,
        basePort: bound.port,
        disks: [{ size: 1 << 20 }],
        clock: new VirtualClock(),
        log: silentLogger,
      }),
      /EADDRINUSE/,
    );
    await assert.rejects(
      startRack({ machines: 0, seed: 1, dataDir: dir, clock: new VirtualClock(), log: silentLogger }),
      /at least one machine/,
    );
  } finally {
    await new Promise<void>((resolve) => blocker.close(() => resolve()));
    await rm(dir, { recursive: true, force: true });
  }
});

test('faults of the BMC: refusal with Retry-After, wrong credentials, half an answer, late answer', async () => {
  const clock = new VirtualClock();
  await using quick = await quickRack(clock, { machines: 2 });
  const { rack } = quick;
  const machine = rack.machine(0);
  const redfish = redfishOf(machine);
  rack.inject(parseFaultFlag('bmc-status:0,status=503,retry_after=7,count=2'));
  const refused = await redfish.get(redfish.system);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get('retry-after'), '7');
  assert.equal((await redfish.get(redfish.system)).status, 503);
  assert.equal((await redfish.get(redfish.system)).status, 200);
  rack.inject(parseFaultFlag('bmc-status:0,status=409,count=1,request=POST *ComputerSystem.Reset'));
  assert.equal((await redfish.get(redfish.system)).status, 200);
  assert.equal((await redfish.reset('On')).status, 409);
  assert.equal((await redfish.reset('On')).status, 204);

  rack.inject(parseFaultFlag('bmc-credentials:0'));
  assert.equal((await redfish.get(redfish.system)).status, 401);
  assert.equal((await redfishOf(rack.machine(1)).get(redfishOf(rack.machine(1)).system)).status, 200, 'the neighbour is not touched');
  rack.clearFaults({ machine: 0, kind: 'bmc-credentials' });

  rack.inject(parseFaultFlag('bmc-truncated-json:0,count=1'));
  await assert.rejects(redfish.get(redfish.system), SyntaxError);
  assert.equal((await redfish.get(redfish.system)).status, 200);

  rack.inject(parseFaultFlag('bmc-slow:0,ms=5000,count=1'));
  const struck = nextEvent(rack, ({ kind }) => kind === 'fault');
  let answered = false;
  const late = redfish.get(redfish.system).then((answer) => {
    answered = true;
    return answer;
  });
  await struck;
  await clock.advance(4999);
  assert.equal(answered, false);
  await clock.advance(1);
  assert.equal((await late).status, 200);
});

test('fault: a BMC that hangs accepts the connection and never answers', async () => {
  await using quick = await quickRack(new VirtualClock(), { faults: [parseFaultFlag('bmc-hang,count=1')] });
  const { rack } = quick;
  const struck = nextEvent(rack, ({ kind }) => kind === 'fault');
  const request = new AbortController();
  const hanging = fetch(`${rack.machine(0).address}/redfish/v1/`, { signal: request.signal });
  await struck;
  assert.equal((await fetch(`${rack.machine(0).address}/redfish/v1/`)).status, 200, 'other requests are answered meanwhile');
  request.abort();
  await assert.rejects(hanging, { name: 'AbortError' });
});

test('fault: a BMC that resets loses sessions and is away for a while', async () => {
  const clock = new VirtualClock();
  await using quick = await quickRack(clock);
  const machine = quick.rack.machine(0);
  const redfish = redfishOf(machine);
  const { username: UserName, password: Password } = machine.plan.credentials;
  const login = await redfish.call('POST', '/redfish/v1/SessionService/Sessions', { UserName, Password }, {});
  const token = { 'x-auth-token': login.headers.get('x-auth-token') ?? '' };
  quick.rack.inject(parseFaultFlag('bmc-reset:0,outage_ms=3000,count=1'));
  await assert.rejects(redfish.call('GET', redfish.system, undefined, token));
  await assert.rejects(redfish.get(redfish.system), 'still away');
  await clock.advance(3000);
  assert.equal((await redfish.call('GET', redfish.system, undefined, token)).status, 401);
  assert.equal((await redfish.get(redfish.system)).status, 200);
});

test('Manager.Reset does the same by request', async () => {
  const clock = new VirtualClock();
  await using quick = await quickRack(clock);
  const redfish = redfishOf(quick.rack.machine(0));
  assert.equal((await redfish.post('/redfish/v1/Managers/BMC/Actions/Manager.Reset', { ResetType: 'ForceRestart' })).status, 204);
  await clock.advance(0);
  await assert.rejects(redfish.get(redfish.system));
  await clock.advance(500);
  assert.equal((await redfish.get(redfish.system)).status, 200);
});
