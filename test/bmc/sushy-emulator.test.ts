import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { silentLogger } from '../../src/config/logger.ts';
import type { NodeDriver } from '../../src/drivers/driver.ts';
import { createRedfishInspect } from '../../src/drivers/inspect/redfish.ts';
import { createRedfishManagement } from '../../src/drivers/management/redfish.ts';
import { createRedfishPower } from '../../src/drivers/power/redfish.ts';
import { parseRedfishInfo } from '../../src/drivers/redfish/parse-redfish-info.ts';
import { FAKE_CONFIG, type TestTask, testDeps, testNode, testRegistry, testTask } from '../../src/drivers/testing/driver-scene.ts';
import { createRedfishVendor } from '../../src/drivers/vendor/redfish.ts';
import { systemClock } from '../../src/model/clock.ts';
import { hasCode } from '../../src/model/errors.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { createRedfishPool } from '../../src/protocol/redfish/create-redfish-pool.ts';
import type { RedfishClient, RedfishPool } from '../../src/protocol/redfish/redfish-client.ts';
import { type SushyEmulator, startSushyEmulator } from './sushy-emulator.ts';

/** Our drivers against a BMC that others wrote: sushy-tools with its fake driver, whose power follows after 1 to 11 s. */
describe('sushy-tools emulator', { timeout: 110_000 }, () => {
  let emulator: SushyEmulator;
  let pool: RedfishPool;
  const files = createServer((_request, response) => void response.end('not really an image'));
  let imageUrl = '';

  before(async () => {
    emulator = await startSushyEmulator();
    pool = createRedfishPool({ clock: systemClock, log: silentLogger, limits: { connectPauseMs: 200 } });
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
    const address = files.address();
    assert.ok(address !== null && typeof address === 'object');
    imageUrl = `http://127.0.0.1:${address.port}/boot.iso`;
  });
  after(async () => {
    await pool?.close();
    files.close();
    await emulator?.stop();
  });

  function taskFor(info: JsonObject = {}): TestTask {
    const deps = testDeps(FAKE_CONFIG, { clock: systemClock, redfish: pool });
    const driver: NodeDriver = {
      ...testRegistry(FAKE_CONFIG).compose(testNode()),
      power: createRedfishPower(deps),
      management: createRedfishManagement(deps),
      inspect: createRedfishInspect(deps),
      vendor: createRedfishVendor(deps),
    };
    const { address, systemId, username, password } = emulator;
    const driverInfo = {
      redfish_address: address,
      redfish_system_id: systemId,
      redfish_username: username,
      redfish_password: password,
      ...info,
    };
    return testTask(driver, testNode({ driver: 'redfish', driver_info: driverInfo, properties: { cpu_arch: 'x86_64', memory_mb: 2048 } }));
  }
  const clientFor = (task: TestTask): RedfishClient => pool.get(parseRedfishInfo(task.node, testDeps(FAKE_CONFIG).config));

  it('drives power on, restart, soft power off', async () => {
    const task = taskFor();
    assert.equal(await task.driver.power.getPowerState(task), 'power off');
    await task.driver.power.setPowerState(task, 'power on', 30);
    assert.equal(await task.driver.power.getPowerState(task), 'power on');
    await task.driver.power.setPowerState(task, 'rebooting', 30);
    await task.driver.power.setPowerState(task, 'soft power off', 30);
    assert.equal(await task.driver.power.getPowerState(task), 'power off');
  });

  it('finds the only system by itself, and a system by its name through a redirect', async () => {
    const alone = taskFor({ redfish_system_id: null });
    assert.notEqual(await alone.driver.power.getPowerState(alone), null);
    const named = taskFor({ redfish_system_id: 'fake' });
    assert.notEqual(await named.driver.power.getPowerState(named), null);
  });

  it('sets boot devices and the boot mode', async () => {
    const task = taskFor();
    const { management } = task.driver;
    for (const device of ['pxe', 'cdrom', 'disk'] as const) {
      await management.setBootDevice(task, device, true);
      assert.equal((await management.getBootDevice(task)).boot_device, device);
    }
    await management.setBootMode(task, 'bios');
    assert.equal(await management.getBootMode(task), 'bios');
    await management.setBootMode(task, 'uefi');
    assert.equal(await management.getBootMode(task), 'uefi');
    assert.deepEqual(await management.supportedBootDevices(task), ['pxe', 'disk', 'cdrom', 'uefihttp']);
  });

  it('inserts and ejects virtual media', async () => {
    const task = taskFor();
    const bmc = clientFor(task);
    const drive = await bmc.insertVirtualMedia('CD', { image: imageUrl });
    const inserted = (await bmc.listVirtualMedia()).find(({ path }) => path === drive);
    assert.deepEqual([inserted?.inserted, inserted?.image], [true, imageUrl]);
    await bmc.insertVirtualMedia('CD', { image: `${imageUrl}?again` });
    await task.driver.vendor.methods.eject_vmedia?.run(task, 'eject_vmedia', {});
    assert.ok((await bmc.listVirtualMedia()).every((device) => !device.inserted));
  });

  it('inspects what the emulator tells, and goes on without what it only links to', async () => {
    const task = taskFor();
    assert.equal(await task.driver.inspect.inspect(task), 'done');
    assert.deepEqual(
      task.ports.map(({ address }) => address),
      ['00:5c:52:31:3a:9c'],
    );
    assert.equal(task.node.properties.capabilities, 'boot_mode:uefi');
    assert.deepEqual(await task.driver.management.getMacAddresses(task), ['00:5c:52:31:3a:9c']);
    assert.equal(await task.driver.management.detectVendor(task), 'Sushy Emulator');
    assert.equal(await task.driver.management.getHealth(task), 'OK');
  });

  it('switches secure boot and injects NMI', async () => {
    const task = taskFor();
    const { management } = task.driver;
    await management.setSecureBoot(task, true);
    assert.equal(await management.getSecureBoot(task), true);
    await assert.rejects(management.injectNmi(task), (error) => hasCode(error, 'BMC_REFUSED', 'UNSUPPORTED_BY_DRIVER'));
  });

  it('is told apart: a wrong password, a wrong system, a sealed door', async () => {
    const denied = taskFor({ redfish_password: 'wrong' });
    await assert.rejects(
      denied.driver.power.getPowerState(denied),
      (error) => hasCode(error, 'BMC_ACCESS_DENIED') && !error.message.includes('wrong'),
    );
    const lost = taskFor({ redfish_system_id: '/redfish/v1/Systems/none' });
    await assert.rejects(lost.driver.power.getPowerState(lost), (error) => hasCode(error, 'BMC_REFUSED') && /404/.test(error.message));
    const gone = taskFor({ redfish_address: 'http://127.0.0.1:1' });
    await assert.rejects(
      gone.driver.power.getPowerState(gone),
      (error) => hasCode(error, 'BMC_UNREACHABLE') && /refuses connections/.test(error.message),
    );
  });
});
