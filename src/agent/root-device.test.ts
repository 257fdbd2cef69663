import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../model/json.ts';
import { AgentError } from './agent-error.ts';
import type { DiskInfo } from './hardware-manager.ts';
import { chooseRootDevice, withoutSkipped } from './root-device.ts';
import { HintError, parseRootDeviceHints } from './root-device-hints.ts';

const GIB = 1024 ** 3;

function disk(patch: Partial<DiskInfo> = {}): DiskInfo {
  return {
    name: '/dev/sda',
    model: 'FAST 9000',
    size: 100 * GIB,
    rotational: false,
    serial: 'ABC123',
    wwn: '0x5000',
    vendor: 'ACME',
    hctl: '0:0:0:0',
    by_path: null,
    logical_sectors: 512,
    ...patch,
  };
}

function fits(hints: Json, patch: Partial<DiskInfo> = {}): boolean {
  return parseRootDeviceHints(hints).every((hint) => hint.matches(disk(patch)));
}

test('the grammar of hints', () => {
  const cases: [Json, boolean][] = [
    [{ serial: 'abc123' }, true],
    [{ serial: 's== ABC123' }, true],
    [{ serial: 's!= ABC123' }, false],
    [{ serial: 's!= other' }, true],
    [{ model: '<in> fast' }, true],
    [{ model: 'FAST 9000' }, true],
    [{ model: 'FAST' }, false],
    [{ model: '<or> slow <or> FAST 9000' }, true],
    [{ model: '<or> slow <or> slower' }, false],
    [{ name: 's>= /dev/sda' }, true],
    [{ name: 's> /dev/sda' }, false],
    [{ size: 100 }, true],
    [{ size: '100' }, true],
    [{ size: '>= 100' }, true],
    [{ size: '= 50' }, true],
    [{ size: '> 100' }, false],
    [{ size: '<= 99.5' }, false],
    [{ size: '!= 100' }, false],
    [{ rotational: false }, true],
    [{ rotational: 'yes' }, false],
    [{ by_path: 'none' }, true],
    [{ by_path: 's!= x' }, true],
    [{ serial: 'abc123', size: '>= 1000' }, false],
    [{ serial: '> 5' }, false],
    [{}, true],
  ];
  for (const [hints, expected] of cases) assert.equal(fits(hints), expected, JSON.stringify(hints));
});

test('unusable hints are refused by name', () => {
  const cases: [Json, RegExp][] = [
    [{ colour: 'red' }, /"colour" is unknown/],
    [{ serial: 5 }, /"serial" must be a text/],
    [{ serial: '' }, /"serial" must be a text/],
    [{ size: 0 }, /above 0/],
    [{ size: 's== 5' }, /does not compare numbers/],
    [{ size: 'big' }, /above 0/],
    [{ model: '== five' }, /"five" is not a number/],
    [{ model: '<all-in> a' }, /for lists/],
    [{ rotational: 'maybe' }, /true or false/],
    [[], /must be an object/],
    ['serial', /must be an object/],
  ];
  for (const [hints, message] of cases) assert.throws(() => parseRootDeviceHints(hints), message, JSON.stringify(hints));
});

test('any JSON is read or refused with a HintError, and matching never throws', () => {
  const hints = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(fc.constantFrom('serial', 'size', 'rotational', 'model', 'wwn'), fc.oneof(fc.string(), fc.double(), fc.boolean())),
  );
  fc.assert(
    fc.property(hints, (value) => {
      try {
        for (const hint of parseRootDeviceHints(value as Json)) hint.matches(disk());
      } catch (error) {
        assert.ok(error instanceof HintError, String(error));
      }
    }),
  );
});

test('without hints the smallest disk of at least 4 GiB; hints of the instance go before those of the node', () => {
  const disks = [
    disk({ name: '/dev/sda', size: 3 * GIB }),
    disk({ name: '/dev/sdc', size: 8 * GIB, serial: 'C' }),
    disk({ name: '/dev/sdb', size: 8 * GIB, serial: 'B' }),
    disk({ name: '/dev/sdd', size: 9 * GIB, serial: 'D' }),
  ];
  const node = (properties = {}, instance_info = {}) => ({ uuid: 'u', properties, instance_info });
  assert.equal(chooseRootDevice(disks, node()).name, '/dev/sdb');
  assert.equal(chooseRootDevice(disks, node({ root_device: { serial: 'C' } })).name, '/dev/sdc');
  assert.equal(chooseRootDevice(disks, node({ root_device: { serial: 'C' } }, { root_device: { serial: 'D' } })).name, '/dev/sdd');
  assert.equal(chooseRootDevice(disks, node({ skip_block_devices: [{ serial: 'B' }] })).name, '/dev/sdc');
  assert.throws(
    () => chooseRootDevice([disks[0] ?? disk()], node()),
    (error) => error instanceof AgentError && error.type === 'DeviceNotFound',
  );
});

test('skip_block_devices: RAID volume names and empty hints skip nothing', () => {
  const disks = [disk(), disk({ name: '/dev/sdb', serial: 'B' })];
  assert.equal(withoutSkipped(disks, [{ volume_name: 'x' }, {}]).length, 2);
  assert.deepEqual(
    withoutSkipped(disks, [{ serial: 'B' }]).map((each) => each.name),
    ['/dev/sda'],
  );
  assert.equal(withoutSkipped(disks, undefined).length, 2);
});
