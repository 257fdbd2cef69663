import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VirtualClock } from '../../model/clock.ts';
import { type ErrorCode, hasCode } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import { type ScriptedBmc, SYSTEM_PATH, scriptedBmc, scriptedClient, TARGET } from '../../protocol/redfish/testing/scripted-bmc.ts';
import type { NodeDriver } from '../driver.ts';
import { createRedfishInspect } from '../inspect/redfish.ts';
import { createRedfishManagement } from '../management/redfish.ts';
import { createRedfishPower } from '../power/redfish.ts';
import { FAKE_CONFIG, type TestTask, testDeps, testNode, testRegistry, testTask } from '../testing/driver-scene.ts';
import { createRedfishVendor } from '../vendor/redfish.ts';

const RESET = `${SYSTEM_PATH}/Actions/ComputerSystem.Reset`;
interface Scene {
  readonly bmc: ScriptedBmc;
  readonly task: TestTask;
  readonly clock: VirtualClock;
  readonly lines: string[];
  /** Moves time on until `work` is settled. */
  run<T>(work: Promise<T>): Promise<T>;
}

function scene(patch: Partial<Node> = {}, options: { values?: Record<string, string> } = {}): Scene {
  const bmc = scriptedBmc();
  const clock = new VirtualClock();
  const lines: string[] = [];
  const note = (_fields: object, message = ''): void => void lines.push(message);
  const log = { debug() {}, info: note, warn: note, error: note, child: () => log };
  const { pool } = scriptedClient(bmc, { clock });
  const values = { ...FAKE_CONFIG, ...options.values };
  const deps = testDeps(values, { clock, redfish: pool });
  const driver: NodeDriver = {
    ...testRegistry(values).compose(testNode()),
    power: createRedfishPower(deps),
    management: createRedfishManagement(deps),
    inspect: createRedfishInspect(deps),
    vendor: createRedfishVendor(deps),
  };
  const node = testNode({
    driver: 'redfish',
    driver_info: {
      redfish_address: TARGET.address,
      redfish_system_id: SYSTEM_PATH,
      redfish_username: 'a',
      redfish_password: 'b',
      redfish_auth_type: 'basic',
    },
    ...patch,
  });
  const task = testTask(driver, node, { log });
  return {
    bmc,
    task,
    clock,
    lines,
    async run(work) {
      let settled = false;
      const watched = work.finally(() => {
        settled = true;
      });
      watched.catch(() => {});
      for (let i = 0; i < 2000 && !settled; i++) await clock.advance(1000);
      return watched;
    },
  };
}

const set = (bmc: ScriptedBmc, members: Record<string, unknown>): void =>
  void bmc.resources.set(SYSTEM_PATH, { ...bmc.resources.get(SYSTEM_PATH), ...members });
const resets = (bmc: ScriptedBmc): unknown[] =>
  bmc.requests.filter(({ path }) => path === RESET).map(({ body }) => JSON.parse(body ?? '{}').ResetType);
const code = (wanted: ErrorCode, text: RegExp) => (error: unknown) => {
  assert.ok(hasCode(error, wanted), `wanted ${wanted}, got ${error}`);
  assert.match(error.message, text);
  return true;
};

/** The machine follows resets after `ms`. */
function obey({ bmc, clock }: Scene, ms: number): void {
  bmc.onRequest = ({ path, body }) => {
    if (path !== RESET) return;
    const type = JSON.parse(body ?? '{}').ResetType;
    const state = type === 'ForceOff' || type === 'GracefulShutdown' ? 'Off' : 'On';
    clock.after(ms, () => set(bmc, { PowerState: state }));
  };
}

describe('redfish power', () => {
  it('asks and waits until the state is reached', async () => {
    const s = scene();
    obey(s, 7000);
    await s.run(s.task.driver.power.setPowerState(s.task, 'power on', 60));
    assert.equal(await s.task.driver.power.getPowerState(s.task), 'power on');
    assert.deepEqual(resets(s.bmc), ['On']);
  });

  it('reboots by off and on, and restarts in one where power off is forbidden', async () => {
    const s = scene();
    set(s.bmc, { PowerState: 'On' });
    obey(s, 2000);
    await s.run(s.task.driver.power.setPowerState(s.task, 'rebooting', 60));
    await s.task.save({ disable_power_off: true });
    await s.run(s.task.driver.power.setPowerState(s.task, 'rebooting', 60));
    await s.run(s.task.driver.power.setPowerState(s.task, 'soft rebooting', 60));
    assert.deepEqual(resets(s.bmc), ['ForceOff', 'On', 'ForceRestart', 'GracefulRestart']);
  });

  it('fails when the state is not reached, saying what was seen', async () => {
    const s = scene();
    set(s.bmc, { PowerState: 'On' });
    await assert.rejects(
      s.run(s.task.driver.power.setPowerState(s.task, 'soft power off', 30)),
      code('POWER_STATE_FAILURE', /^node r7-12: soft power off: not reached within 30 s; seen last: power on$/),
    );
    assert.deepEqual(resets(s.bmc), ['GracefulShutdown'], 'a graceful wish never becomes a forced one');
  });

  it('ends with its time although a question to a dead BMC would take longer', async () => {
    const s = scene();
    const begin = s.clock.now();
    s.bmc.onRequest = ({ path }) => {
      if (path === RESET) s.bmc.script('GET', SYSTEM_PATH, ...Array.from({ length: 999 }, () => ({ lost: 'connect' as const })));
    };
    await assert.rejects(
      s.run(s.task.driver.power.setPowerState(s.task, 'power on', 30)),
      code('POWER_STATE_FAILURE', /not reached within 30 s; seen last: node r7-12: read power state: BMC/),
    );
    assert.ok(s.clock.now() - begin <= 37_000);
  });

  it('takes ForceOn where On is not offered', async () => {
    const s = scene();
    obey(s, 0);
    set(s.bmc, { Actions: { '#ComputerSystem.Reset': { target: RESET, 'ResetType@Redfish.AllowableValues': ['ForceOn', 'ForceOff'] } } });
    await s.run(s.task.driver.power.setPowerState(s.task, 'power on', 60));
    assert.deepEqual(resets(s.bmc), ['ForceOn']);
    await assert.rejects(
      s.run(s.task.driver.power.setPowerState(s.task, 'soft power off', 60)),
      code('POWER_STATE_FAILURE', /soft power off: BMC 10\.0\.3\.4 does not offer reset GracefulShutdown; offered are ForceOn, ForceOff/),
    );
  });

  it('says who, what and why when the BMC is busy, and what comes next', async () => {
    const s = scene();
    obey(s, 0);
    s.bmc.script('POST', RESET, { status: 409, body: { error: { message: 'POST in progress' } } });
    await s.run(s.task.driver.power.setPowerState(s.task, 'power on', 60));
    assert.deepEqual(s.lines, [`node r7-12: power on: BMC 10.0.3.4 answered 409 "POST in progress" (POST ${RESET}); try 2 of 6 in 5 s`]);
  });

  it('tells an unreachable BMC from one that denies access', async () => {
    const s = scene();
    s.bmc.script('GET', SYSTEM_PATH, { status: 401 });
    await assert.rejects(
      s.task.driver.power.getPowerState(s.task),
      code(
        'BMC_ACCESS_DENIED',
        /read power state: BMC 10\.0\.3\.4 answered 401.*; check redfish_username and redfish_password in driver_info$/,
      ),
    );
    s.bmc.script('GET', SYSTEM_PATH, { lost: 'connect' }, { lost: 'connect' }, { lost: 'connect' });
    await assert.rejects(
      s.run(s.task.driver.power.getPowerState(s.task)),
      code('BMC_UNREACHABLE', /^node r7-12: read power state: BMC 10\.0\.3\.4 /),
    );
  });
});

describe('redfish management', () => {
  it('reads and sets boot devices', async () => {
    const { task, bmc } = scene();
    assert.deepEqual(await task.driver.management.getBootDevice(task), { boot_device: null, persistent: null });
    await task.driver.management.setBootDevice(task, 'cdrom', false);
    assert.deepEqual(await task.driver.management.getBootDevice(task), { boot_device: 'cdrom', persistent: false });
    assert.deepEqual(await task.driver.management.supportedBootDevices(task), ['pxe', 'disk', 'cdrom', 'bios']);
    await assert.rejects(
      task.driver.management.setBootDevice(task, 'floppy', true),
      code('INVALID_PARAMETER', /boot device floppy: not offered/),
    );
    await assert.rejects(task.driver.management.setBootDevice(task, 'uefihttp', false), code('UNSUPPORTED_BY_DRIVER', /UefiHttp/));
    assert.equal(bmc.requests.filter(({ method }) => method === 'PATCH').length, 1);
  });

  it('remembers a device that the BMC does not keep, and sets it again before power on', async () => {
    const s = scene();
    obey(s, 0);
    s.bmc.script('PATCH', SYSTEM_PATH, { status: 400, body: { error: { message: 'Continuous is not possible' } } });
    await s.task.driver.management.setBootDevice(s.task, 'disk', true);
    assert.equal(s.task.node.driver_internal_info.redfish_boot_device, 'disk');
    s.bmc.requests.length = 0;
    await s.run(s.task.driver.power.setPowerState(s.task, 'power on', 60));
    const patches = s.bmc.requests.filter(({ method }) => method === 'PATCH');
    assert.equal(patches.length, 1);
    await s.task.driver.management.setBootDevice(s.task, 'pxe', false);
    assert.ok(!('redfish_boot_device' in s.task.node.driver_internal_info));
  });

  it('reboots for a boot mode that takes effect with the next boot, and puts the power back', async () => {
    const s = scene();
    s.bmc.script('PATCH', SYSTEM_PATH, { status: 204 });
    s.bmc.onRequest = ({ path, body }) => {
      if (path !== RESET) return;
      const off = JSON.parse(body ?? '{}').ResetType === 'ForceOff';
      set(s.bmc, { PowerState: off ? 'Off' : 'On' });
      if (!off) set(s.bmc, { Boot: { BootSourceOverrideMode: 'Legacy' } });
    };
    await s.run(s.task.driver.management.setBootMode(s.task, 'bios'));
    assert.deepEqual(s.task.powerCalls, ['rebooting', 'power off']);
    assert.equal(await s.task.driver.management.getBootMode(s.task), 'bios');
    await assert.rejects(
      s.task.driver.management.setSecureBoot(s.task, true),
      code('INVALID_PARAMETER', /secure boot on: the boot mode is bios/),
    );
  });

  it('knows secure boot, vendor, health and addresses', async () => {
    const { task, bmc } = scene();
    assert.equal(await task.driver.management.getSecureBoot(task), false);
    await task.driver.management.setSecureBoot(task, true);
    assert.equal(await task.driver.management.getSecureBoot(task), true);
    assert.equal(await task.driver.management.detectVendor(task), 'Contoso');
    assert.equal(await task.driver.management.getHealth(task), 'OK');
    assert.deepEqual(await task.driver.management.getMacAddresses(task), ['52:54:00:aa:00:01']);
    await task.driver.management.injectNmi(task);
    assert.deepEqual(resets(bmc), ['Nmi']);
  });
});

describe('redfish inspection', () => {
  it('finds processors, memory, disk and cards, and makes ports', async () => {
    const { task } = scene({ properties: { capabilities: 'profile:gpu,boot_mode:bios', extra: 'kept' } });
    assert.equal(await task.driver.inspect.inspect(task), 'done');
    assert.deepEqual(task.node.properties, {
      capabilities: 'profile:gpu,boot_mode:uefi',
      extra: 'kept',
      cpu_arch: 'x86_64',
      cpus: 32,
      memory_mb: 65_536,
      local_gb: 479,
    });
    assert.deepEqual(
      task.ports.map(({ address }) => address),
      ['52:54:00:aa:00:01', '52:54:00:aa:00:02'],
    );
    const inventory = task.inventory?.inventory;
    assert.deepEqual(inventory?.cpu, { count: 32, model_name: 'Q9', frequency: 3200, architecture: 'x86_64' });
    assert.deepEqual(inventory?.system_vendor, {
      product_name: '3500',
      serial_number: 'SN1',
      manufacturer: 'Contoso',
      system_uuid: '2f0b5c5e-0000-4000-8000-000000000001',
    });
    await task.driver.inspect.inspect(task);
    assert.equal(task.ports.length, 2, 'a second inspection makes no second ports');
  });

  it('fails naming what the BMC does not tell', async () => {
    const { task, bmc } = scene();
    set(bmc, { MemorySummary: null, Processors: null });
    await assert.rejects(task.driver.inspect.inspect(task), code('INSPECTION_FAILURE', /does not tell cpu_arch and memory_mb/));
  });

  it('goes on without a collection that is linked and not there, but not without the BMC', async () => {
    const s = scene();
    s.bmc.script('GET', `${SYSTEM_PATH}/Storage`, { status: 404 });
    await s.task.driver.inspect.inspect(s.task);
    assert.equal(s.task.node.properties.local_gb, 0);
    assert.deepEqual(s.lines, ['inspection goes on without storage']);
    s.bmc.script('GET', `${SYSTEM_PATH}/Storage`, { lost: 'connect' }, { lost: 'connect' }, { lost: 'connect' });
    await assert.rejects(s.run(s.task.driver.inspect.inspect(s.task)), code('BMC_UNREACHABLE', /inspect/));
  });

  it('makes no ports where the operator forbids it', async () => {
    const { task } = scene({}, { values: { 'inspector.add_ports': 'disabled' } });
    await task.driver.inspect.inspect(task);
    assert.equal(task.ports.length, 0);
  });
});

describe('redfish vendor methods', () => {
  it('ejects media', async () => {
    const { task, bmc } = scene();
    const cd = `${SYSTEM_PATH}/VirtualMedia/Cd`;
    bmc.resources.set(cd, { ...bmc.resources.get(cd), Inserted: true, Image: 'http://a/x' });
    const method = task.driver.vendor.methods.eject_vmedia;
    await method?.run(task, 'eject_vmedia', { boot_device: 'floppy' });
    assert.equal(bmc.requests.filter((request) => request.method === 'POST').length, 0);
    await method?.run(task, 'eject_vmedia', {});
    assert.equal(bmc.requests.filter((request) => request.method === 'POST').length, 1);
    await assert.rejects(
      async () => method?.run(task, 'eject_vmedia', { boot_device: 'tape' }),
      code('INVALID_PARAMETER', /cdrom, floppy, disk/),
    );
  });
});
