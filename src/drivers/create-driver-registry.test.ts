import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLogger } from '../config/logger.ts';
import type { ErrorCode } from '../model/errors.ts';
import { hasCode } from '../model/errors.ts';
import { INTERFACE_KINDS } from '../model/interface-kind.ts';
import { FACTORIES, HARDWARE_TYPES } from './implementations.ts';
import { PEER_HARDWARE_TYPES, PEER_IMPLEMENTATIONS } from './known-elsewhere.ts';
import { FAKE_CONFIG, testNode, testRegistry } from './testing/driver-scene.ts';

const code = (wanted: ErrorCode, text: RegExp) => (error: unknown) => {
  assert.ok(hasCode(error, wanted), `wanted ${wanted}, got ${error}`);
  assert.match(error.message, text);
  return true;
};

describe('driver registry', () => {
  it('chooses the favourite of the type among the enabled ones, and what was given', () => {
    const registry = testRegistry(FAKE_CONFIG);
    const chosen = registry.chooseInterfaces('fake-hardware', { bios: 'no-bios', rescue: null });
    assert.equal(chosen.bios, 'no-bios');
    assert.equal(chosen.rescue, 'fake');
    assert.equal(chosen.storage, 'noop', 'default_storage_interface goes before the favourite of the type');
    assert.equal(chosen.network, 'noop');
    assert.deepEqual(registry.enabledFor('fake-hardware', 'bios'), ['fake', 'no-bios']);
  });

  it('takes the configured default, and has none when it does not fit', () => {
    const config = { ...FAKE_CONFIG, 'DEFAULT.enabled_hardware_types': 'manual-management,fake-hardware' };
    const fits = testRegistry({ ...config, 'DEFAULT.default_bios_interface': 'no-bios', 'DEFAULT.enabled_deploy_interfaces': 'fake,noop' });
    assert.equal(fits.defaultFor('fake-hardware', 'bios'), 'no-bios');
    const unfit = testRegistry({ ...config, 'DEFAULT.default_deploy_interface': 'fake', 'DEFAULT.enabled_deploy_interfaces': 'fake,noop' });
    assert.equal(unfit.defaultFor('manual-management', 'deploy'), null);
    assert.throws(() => unfit.chooseInterfaces('manual-management', {}), code('INTERFACE_NOT_FOUND', /no default deploy interface/));
  });

  it('names what is enabled when it refuses', () => {
    const registry = testRegistry({
      ...FAKE_CONFIG,
      'DEFAULT.enabled_hardware_types': 'manual-management,fake-hardware',
      'DEFAULT.enabled_deploy_interfaces': 'fake,noop',
    });
    assert.throws(
      () => registry.chooseInterfaces('fake-hardware', { power: 'ipmitool' }),
      code('INTERFACE_NOT_FOUND', /"ipmitool".*enabled are: fake/),
    );
    assert.throws(
      () => registry.chooseInterfaces('manual-management', { deploy: 'fake' }),
      code('INTERFACE_NOT_FOUND', /does not fit hardware type manual-management/),
    );
    assert.throws(
      () => registry.chooseInterfaces('nonsense', {}),
      (error) => hasCode(error, 'NO_VALID_HOST') && error.status === 400,
    );
    assert.throws(() => registry.enabledFor('nonsense', 'boot'), code('NOT_FOUND', /nonsense/));
  });

  it('lets fake-hardware mix freely', () => {
    const registry = testRegistry({ ...FAKE_CONFIG, 'DEFAULT.enabled_deploy_interfaces': 'fake,noop' });
    assert.equal(registry.chooseInterfaces('fake-hardware', { deploy: 'noop' }).deploy, 'noop');
  });

  it('stops at a name that nobody knows and leaves out one that is not built', () => {
    assert.throws(
      () => testRegistry({ ...FAKE_CONFIG, 'DEFAULT.enabled_raid_interfaces': 'no-riad' }),
      code('INTERFACE_NOT_FOUND', /"no-riad"/),
    );
    const warnings: string[] = [];
    const log = { ...silentLogger, warn: (_fields: object, message = '') => void warnings.push(message) };
    const registry = testRegistry({ ...FAKE_CONFIG, 'DEFAULT.enabled_storage_interfaces': 'cinder,noop,fake' }, { log });
    assert.deepEqual(registry.enabledFor('fake-hardware', 'storage'), ['fake', 'noop']);
    assert.deepEqual(warnings, ['[DEFAULT]enabled_storage_interfaces names cinder, which is not built yet; left out']);
  });

  it('refuses a type that a person enabled without its implementations', () => {
    assert.throws(
      () =>
        testRegistry({
          'DEFAULT.enabled_hardware_types': 'fake-hardware',
          'DEFAULT.enabled_boot_interfaces': 'pxe',
          'DEFAULT.enabled_deploy_interfaces': 'noop',
        }),
      code('INTERFACE_NOT_FOUND', /fake-hardware has no enabled implementation of: boot, deploy/),
    );
  });

  it('starts on the stock configuration', () => {
    const registry = testRegistry({});
    for (const [name] of registry.hardwareTypes) assert.ok(registry.chooseInterfaces(name, {}).power);
  });

  it('composes a node, honouring the override of the instance', () => {
    const registry = testRegistry(FAKE_CONFIG);
    const node = testNode({
      ...Object.fromEntries(INTERFACE_KINDS.map((kind) => [`${kind}_interface`, null])),
      instance_info: { bios_interface: 'no-bios' },
    });
    const driver = registry.compose(node);
    assert.equal(driver.bios.name, 'no-bios');
    assert.equal(driver.power.name, 'fake');
    assert.throws(() => registry.compose(testNode({ raid_interface: 'agent' })), code('INTERFACE_NOT_FOUND', /"agent"/));
  });

  it('describes driver_info and logical disks as clients of the peer know them', () => {
    const registry = testRegistry(FAKE_CONFIG);
    assert.deepEqual(Object.keys(registry.properties('fake-hardware')), ['B1', 'B2']);
    const disk = Object.keys(registry.get('raid', 'fake')?.logicalDiskProperties ?? {}).sort();
    assert.deepEqual(disk, [
      'controller',
      'disk_type',
      'interface_type',
      'is_root_volume',
      'number_of_physical_disks',
      'physical_disks',
      'raid_level',
      'share_physical_disks',
      'size_gb',
      'volume_name',
    ]);
    assert.deepEqual(registry.get('raid', 'no-raid')?.logicalDiskProperties, {});
  });

  it('knows every implementation by the name it is registered under, and types name only built ones', () => {
    const registry = testRegistry(FAKE_CONFIG);
    for (const kind of INTERFACE_KINDS) {
      for (const name of Object.keys(FACTORIES[kind])) {
        assert.ok(PEER_IMPLEMENTATIONS[kind].includes(name), `${kind} ${name} is a name of the peer`);
        const made = registry.get(kind, name);
        if (made) assert.equal(made.name, name);
      }
      for (const type of HARDWARE_TYPES) {
        for (const name of type.supports[kind]) assert.ok(name in FACTORIES[kind], `${type.name} supports ${kind} ${name}`);
      }
    }
    for (const type of HARDWARE_TYPES) assert.ok(PEER_HARDWARE_TYPES.includes(type.name));
  });
});
