import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { silentLogger } from '../../config/logger.ts';
import { type Clock, systemClock } from '../../model/clock.ts';
import { type ErrorCode, hasCode } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import { createRedfishPool } from '../../protocol/redfish/create-redfish-pool.ts';
import type { RedfishPool } from '../../protocol/redfish/redfish-client.ts';
import { parseFaultFlag } from '../../sim/faults/parse-faults.ts';
import { NO_DELAYS } from '../../sim/machine/delays.ts';
import { type Rack, startRack } from '../../sim/start-rack.ts';
import type { NodeDriver } from '../driver.ts';
import { createRedfishInspect } from '../inspect/redfish.ts';
import { createRedfishManagement } from '../management/redfish.ts';
import { createRedfishPower } from '../power/redfish.ts';
import { FAKE_CONFIG, type TestTask, testDeps, testNode, testRegistry, testTask } from '../testing/driver-scene.ts';
import { parseRedfishInfo } from './parse-redfish-info.ts';

const SPEED = 50;

/** Time fifty times as fast: pauses of seconds pass in milliseconds while real sockets answer. */
const hasty: Clock = {
  now: () => systemClock.now() * SPEED,
  after: (ms, work) => systemClock.after(ms / SPEED, work),
  sleep: (ms, signal) => systemClock.sleep(ms / SPEED, signal),
};

const code =
  (wanted: ErrorCode, text = /./) =>
  (error: unknown) => {
    assert.ok(hasCode(error, wanted), `wanted ${wanted}, got ${error}`);
    assert.match(error.message, text);
    return true;
  };

/** Our drivers against the simulated BMC over real sockets, with its faults. */
describe('redfish drivers on the simulated rack', { timeout: 60_000 }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'wrought-rack-'));
  let rack: Rack;
  let pool: RedfishPool;

  before(async () => {
    rack = await startRack({ machines: 1, seed: 7, dataDir, delays: NO_DELAYS, clock: systemClock, log: silentLogger });
    pool = createRedfishPool({ clock: hasty, log: silentLogger, limits: { readTimeoutMs: 300, connectAttempts: 3, breakerFailures: 50 } });
  });
  after(async () => {
    await pool.close();
    await rack.close({ removeDisks: true });
    rmSync(dataDir, { recursive: true, force: true });
  });

  function task(more: JsonObject = {}): TestTask {
    const machine = rack.describe().machines[0];
    assert.ok(machine);
    const { address, system_id, username, password } = machine.redfish;
    const deps = testDeps(FAKE_CONFIG, { clock: hasty, redfish: pool });
    const driver: NodeDriver = {
      ...testRegistry(FAKE_CONFIG).compose(testNode()),
      power: createRedfishPower(deps),
      management: createRedfishManagement(deps),
      inspect: createRedfishInspect(deps),
    };
    const info = {
      redfish_address: address,
      redfish_system_id: system_id,
      redfish_username: username,
      redfish_password: password,
      ...more,
    };
    return testTask(driver, testNode({ driver: 'redfish', driver_info: info }));
  }

  /** Puts a fault in for the time of `work`. */
  async function during<T>(flag: string, work: () => Promise<T>): Promise<T> {
    rack.inject(parseFaultFlag(flag));
    try {
      return await work();
    } finally {
      rack.clearFaults();
    }
  }

  it('powers on and off, hard and soft', async () => {
    const t = task();
    for (const [target, state] of [
      ['power on', 'power on'],
      ['rebooting', 'power on'],
      ['soft rebooting', 'power on'],
      ['power off', 'power off'],
      ['power on', 'power on'],
      ['power off', 'power off'],
    ] as const) {
      await t.driver.power.setPowerState(t, target, 60);
      assert.equal(await t.driver.power.getPowerState(t), state, target);
    }
  });

  it('gets over a BMC that is busy, restarts, or cuts its answers short', async () => {
    const t = task();
    await during('bmc-status:*,status=503,retry_after=2,count=2', () => t.driver.power.setPowerState(t, 'power on', 60));
    await during('bmc-reset:*,count=1', () => t.driver.power.getPowerState(t));
    await during('bmc-truncated-json:*,count=1', () => t.driver.power.getPowerState(t));
    await during('bmc-reset:*,count=1,request=POST *ComputerSystem.Reset', () => t.driver.power.setPowerState(t, 'power off', 60));
    assert.equal(await t.driver.power.getPowerState(t), 'power off');
  });

  it('says what is wrong with a BMC that it cannot get over', async () => {
    const t = task();
    await during('bmc-hang:*', () => assert.rejects(t.driver.power.getPowerState(t), code('BMC_UNREACHABLE', /does not answer in time/)));
    const basic = task({ redfish_auth_type: 'basic' });
    await during('bmc-credentials:*', () => assert.rejects(basic.driver.power.getPowerState(basic), code('BMC_ACCESS_DENIED', /401/)));
    await during('power-on-ignored:*', () =>
      assert.rejects(
        t.driver.power.setPowerState(t, 'power on', 20),
        code('POWER_STATE_FAILURE', /power on: not reached within 20 s; seen last: power off/),
      ),
    );
  });

  it('sets boot devices, modes and secure boot', async () => {
    const t = task();
    const { management } = t.driver;
    await management.setBootDevice(t, 'cdrom', false);
    assert.deepEqual(await management.getBootDevice(t), { boot_device: 'cdrom', persistent: false });
    await management.setBootDevice(t, 'disk', true);
    assert.deepEqual(await management.getBootDevice(t), { boot_device: 'disk', persistent: true });
    await management.setSecureBoot(t, true);
    assert.equal(await management.getSecureBoot(t), true);
    await management.setSecureBoot(t, false);
    await management.setBootMode(t, 'bios');
    assert.equal(await management.getBootMode(t), 'bios');
    await management.setBootMode(t, 'uefi');
    assert.equal(await management.getBootMode(t), 'uefi');
    assert.equal(await management.getHealth(t), 'OK');
  });

  it('inspects to what the machine is', async () => {
    const t = task();
    const machine = rack.describe().machines[0];
    await t.driver.inspect.inspect(t);
    assert.equal(t.node.properties.cpu_arch, machine?.cpu_arch);
    assert.equal(t.node.properties.cpus, machine?.cpus);
    assert.equal(t.node.properties.memory_mb, machine?.memory_mb);
    assert.deepEqual(t.ports.map(({ address }) => address).sort(), [...(machine?.macs ?? [])].sort());
    const smallest = Math.min(...(machine?.disks ?? []).map(({ size }) => size));
    assert.equal(t.node.properties.local_gb, Math.floor(smallest / 1024 ** 3) - 1);
  });

  it('inserts and ejects media', async () => {
    const t = task();
    const bmc = pool.get(parseRedfishInfo(t.node, testDeps(FAKE_CONFIG).config));
    const drive = await bmc.insertVirtualMedia('CD', { image: 'http://127.0.0.1:9/x.iso' });
    assert.equal((await bmc.listVirtualMedia()).find(({ path }) => path === drive)?.inserted, true);
    await bmc.ejectVirtualMedia();
    assert.ok((await bmc.listVirtualMedia()).every(({ inserted }) => !inserted));
  });
});
