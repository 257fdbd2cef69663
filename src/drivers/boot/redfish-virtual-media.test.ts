import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createMediaPublisher } from '../../boot/create-media-publisher.ts';
import { type FileServer, startFileServer } from '../../boot/file-server.ts';
import { silentLogger } from '../../config/logger.ts';
import { systemClock } from '../../model/clock.ts';
import { type ErrorCode, hasCode } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Node } from '../../model/node.ts';
import { bufferSource } from '../../protocol/iso9660/byte-source.ts';
import { type IsoImage, openIso } from '../../protocol/iso9660/read-iso.ts';
import { createRedfishPool } from '../../protocol/redfish/create-redfish-pool.ts';
import type { RedfishPool } from '../../protocol/redfish/redfish-client.ts';
import { NO_DELAYS } from '../../sim/machine/delays.ts';
import { type Rack, startRack } from '../../sim/start-rack.ts';
import type { BootInterface, NodeDriver } from '../driver.ts';
import { createRedfishManagement } from '../management/redfish.ts';
import { createRedfishPower } from '../power/redfish.ts';
import { parseRedfishInfo } from '../redfish/parse-redfish-info.ts';
import { FAKE_CONFIG, type TestTask, testDeps, testNode, testRegistry, testTask } from '../testing/driver-scene.ts';
import { createRedfishVirtualMediaBoot } from './redfish-virtual-media.ts';

const code =
  (wanted: ErrorCode, text = /./) =>
  (error: unknown) => {
    assert.ok(hasCode(error, wanted), `wanted ${wanted}, got ${error}`);
    assert.match(error.message, text);
    return true;
  };
const API = { 'ipa-api-url': 'http://192.0.2.1:6385' };

describe('boot from virtual media on the simulated rack', { timeout: 60_000 }, () => {
  let directory = '';
  let rack: Rack;
  let pool: RedfishPool;
  let server: FileServer;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrought-vmedia-'));
    for (const name of ['kernel', 'ramdisk', 'whole.iso']) await writeFile(join(directory, name), `the ${name}`);
    rack = await startRack({
      machines: 1,
      seed: 7,
      dataDir: join(directory, 'rack'),
      delays: NO_DELAYS,
      clock: systemClock,
      log: silentLogger,
    });
    pool = createRedfishPool({ clock: systemClock, log: silentLogger });
    server = await startFileServer({ host: '127.0.0.1', port: 0, root: join(directory, 'http'), log: silentLogger });
  });
  after(async () => {
    await pool.close();
    await server.close();
    await rack.close();
    await rm(directory, { recursive: true, force: true });
  });

  function scene(
    info: JsonObject = {},
    patch: Partial<Node> = {},
    values: Record<string, string> = {},
  ): { boot: BootInterface; task: TestTask } {
    const machine = rack.describe().machines[0];
    assert.ok(machine);
    const { address, system_id, username, password } = machine.redfish;
    const config = {
      ...FAKE_CONFIG,
      'wrought.data_dir': join(directory, 'data'),
      'conductor.file_url_allowed_paths': directory,
      ...values,
    };
    const media = createMediaPublisher({ root: join(directory, 'http'), baseUrl: server.url });
    const deps = testDeps(config, { clock: systemClock, redfish: pool, media });
    const boot = createRedfishVirtualMediaBoot(deps);
    const driver: NodeDriver = {
      ...testRegistry(FAKE_CONFIG).compose(testNode()),
      power: createRedfishPower(deps),
      management: createRedfishManagement(deps),
      boot,
    };
    const node = testNode({
      driver: 'redfish',
      driver_info: {
        redfish_address: address,
        redfish_system_id: system_id,
        redfish_username: username,
        redfish_password: password,
        deploy_kernel: `file://${directory}/kernel`,
        deploy_ramdisk: `file://${directory}/ramdisk`,
        ...info,
      },
      ...patch,
    });
    return { boot, task: testTask(driver, node) };
  }

  /** What the BMC has in its drive, and would boot from. */
  async function inserted(task: TestTask): Promise<{ image: string | null; target: string | null; enabled: string | null }> {
    const bmc = pool.get(parseRedfishInfo(task.node, testDeps(FAKE_CONFIG).config));
    const drive = (await bmc.listVirtualMedia()).find((each) => each.mediaTypes.includes('CD'));
    const { boot } = await bmc.getSystem();
    return { image: drive?.inserted ? drive.image : null, target: boot.target, enabled: boot.enabled };
  }

  async function fetchDisc(url: string | null): Promise<IsoImage> {
    assert.ok(url);
    const answer = await fetch(url);
    assert.equal(answer.status, 200);
    return openIso(bufferSource(Buffer.from(await answer.arrayBuffer())));
  }

  it('builds, inserts, and boots once from a disc that carries the token; then takes it away', async () => {
    const { boot, task } = scene({ kernel_append_params: '%default% console=ttyS0' });
    await boot.validate(task);
    await boot.prepareRamdisk(task, { ...API, quiet: null });
    assert.deepEqual(task.powerCalls, ['power off']);
    const { agent_secret_token: token, agent_secret_token_pregenerated } = task.node.driver_internal_info;
    assert.match(String(token), /^[\w-]{43}$/);
    assert.equal(agent_secret_token_pregenerated, true);
    const now = await inserted(task);
    assert.deepEqual([now.target, now.enabled], ['Cd', 'Once']);

    const disc = await fetchDisc(now.image);
    const line = /^append initrd=\/initrd text (.*) --$/m.exec((await disc.readFile('isolinux/isolinux.cfg', 10_000)).toString())?.[1];
    const words = line?.split(' ') ?? [];
    assert.deepEqual(words.slice(0, 3), ['nofb', 'vga=normal', 'console=ttyS0']);
    for (const word of [
      'ipa-api-url=http://192.0.2.1:6385',
      'quiet',
      `ipa-agent-token=${token}`,
      'boot_method=vmedia',
      `ir_pub_id=${disc.publisher}`,
    ])
      assert.ok(words.includes(word), `${word} in ${line}`);
    assert.equal((await disc.readFile('vmlinuz', 100)).toString(), 'the kernel');

    await boot.cleanUpRamdisk(task);
    assert.equal((await inserted(task)).image, null);
    assert.equal((await fetch(now.image ?? '')).status, 404);
    await boot.cleanUpRamdisk(task);
    await boot.prepareInstance(task);
    const disk = await inserted(task);
    assert.deepEqual([disk.target, disk.enabled], ['Hdd', 'Continuous']);
    await boot.cleanUpInstance(task);
  });

  it('a second disc has a new token and replaces the first', async () => {
    const { boot, task } = scene();
    await boot.prepareRamdisk(task, API);
    const first = { ...(await inserted(task)), token: task.node.driver_internal_info.agent_secret_token };
    await boot.prepareRamdisk(task, API);
    const second = await inserted(task);
    assert.notEqual(second.image, first.image);
    assert.notEqual(task.node.driver_internal_info.agent_secret_token, first.token);
    assert.equal((await fetch(first.image ?? '')).status, 404);
    await boot.cleanUpRamdisk(task);
  });

  it('a disc of the operator is served as it is and gets no token', async () => {
    const { boot, task } = scene({ deploy_iso: `file://${directory}/whole.iso` });
    await boot.prepareRamdisk(task, API);
    const { image } = await inserted(task);
    assert.equal(await (await fetch(image ?? '')).text(), 'the whole.iso');
    assert.equal(task.node.driver_internal_info.agent_secret_token, undefined);
    await boot.cleanUpRamdisk(task);
  });

  it('hands the BMC the address it reaches, a boot NIC, static network data, and the outside API', async () => {
    const network = { links: [], networks: [], services: [] };
    const { boot, task } = scene(
      { external_http_url: `${server.url.replace('127.0.0.1', 'localhost')}/` },
      { network_data: network },
      { 'deploy.external_callback_url': 'http://outside:6385/' },
    );
    await task.addPort('52:54:00:00:00:01');
    await task.addPort('52:54:00:00:00:02', { internal_info: { provisioning_vif_port_id: 'v' } });
    await boot.prepareRamdisk(task, { ...API, 'ipa-inspection-callback-url': 'http://inside/v1/continue_inspection' });
    const { image } = await inserted(task);
    assert.match(String(image), /^http:\/\/localhost:/);
    const disc = await fetchDisc(image);
    assert.equal(disc.label, 'config-2');
    assert.deepEqual(JSON.parse((await disc.readFile('openstack/latest/network_data.json', 1000)).toString()), network);
    const config = (await disc.readFile('EFI/BOOT/grub.cfg', 10_000)).toString();
    for (const word of [
      ' ipa-api-url=http://outside:6385 ',
      ' ipa-inspection-callback-url=http://outside:6385/v1/continue_inspection ',
      ' BOOTIF=52:54:00:00:00:02 ',
    ])
      assert.ok(config.includes(word), word);
    await boot.cleanUpRamdisk(task);
  });

  it('validation names what is missing or wrong, without asking the BMC', async () => {
    const check = async (
      info: JsonObject,
      wanted: ErrorCode,
      text: RegExp,
      patch: Partial<Node> = {},
      values: Record<string, string> = {},
    ) => {
      const { boot, task } = scene(info, patch, values);
      await assert.rejects(boot.validate(task), code(wanted, text));
    };
    await check({ deploy_ramdisk: null }, 'INVALID_PARAMETER', /deploy_kernel and deploy_ramdisk/);
    await check(
      { deploy_ramdisk: null },
      'INVALID_PARAMETER',
      /only one of/,
      {},
      { 'conductor.error_on_ramdisk_config_inconsistency': 'true' },
    );
    await check({ deploy_kernel: 'file:///etc/passwd' }, 'INVALID_PARAMETER', /file_url_allowed_paths/);
    await check({ kernel_append_params: 'a=\u00e9' }, 'INVALID_PARAMETER', /printable ASCII/);
    await check({ vmedia_transport_protocol: 'NFS' }, 'NOT_BUILT', /NFS/);
    await check({ vmedia_transport_protocol: 'smoke' }, 'INVALID_PARAMETER', /smoke/);
    await check({ config_via_removable: true }, 'NOT_BUILT', /config_via_removable/);
    await check({}, 'INVALID_PARAMETER', /boot_mode is "legacy"/, { instance_info: { capabilities: '{"boot_mode": "legacy"}' } });
    const { boot, task } = scene();
    await assert.rejects(boot.validateRescue(task), code('INVALID_PARAMETER', /no rescue ramdisk/));
    await boot.validateInspection(task);
  });

  it('defaults of the configuration stand in, those of the architecture first', async () => {
    const none = { deploy_kernel: null, deploy_ramdisk: null };
    const own = { 'conductor.deploy_kernel': `file://${directory}/kernel`, 'conductor.deploy_ramdisk': `file://${directory}/ramdisk` };
    const both = {
      'conductor.deploy_kernel_by_arch': `arm64:file://${directory}/none`,
      'conductor.deploy_ramdisk_by_arch': `arm64:file://${directory}/none`,
    };
    const x86 = scene(none, { properties: { cpu_arch: 'x86_64' } }, { ...own, ...both });
    await x86.boot.validate(x86.task);
    const arm = scene(none, { properties: { cpu_arch: 'arm64' } }, { ...own, ...both });
    await assert.rejects(arm.boot.validate(arm.task), code('INVALID_PARAMETER', /none/));
  });

  it('a value with a blank cannot add words to the command line', async () => {
    const { boot, task } = scene();
    await assert.rejects(boot.prepareRamdisk(task, { 'ipa-api-url': 'http://x init=/bin/sh' }), code('INVALID_PARAMETER', /ipa-api-url=/));
  });

  it('fast track keeps a running ramdisk with its disc', async () => {
    const values = { 'deploy.fast_track': 'true' };
    const { boot, task } = scene({}, {}, values);
    await boot.prepareRamdisk(task, API);
    const before = await inserted(task);
    await task.save({ power_state: 'power on' });
    await task.saveInternal({ agent_url: 'https://a', agent_last_heartbeat: new Date(systemClock.now()).toISOString() });
    await boot.prepareRamdisk(task, API);
    await boot.cleanUpRamdisk(task);
    assert.equal((await inserted(task)).image, before.image);
    assert.deepEqual(task.powerCalls, ['power off']);
    await boot.cleanUpInstance(task);
    assert.equal((await inserted(task)).image, null);
  });
});
