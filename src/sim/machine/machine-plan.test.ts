import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { machinePlan, rackName } from './machine-plan.ts';

test('a machine depends on nothing but the seed and its number', () => {
  assert.deepEqual(machinePlan('7', 3), machinePlan('7', 3));
  assert.notEqual(machinePlan('7', 3).uuid, machinePlan('8', 3).uuid);
  assert.equal(machinePlan('7', 0).name, 'r7-m001');
});

test('names, addresses and serials of a rack never collide', () => {
  const plans = Array.from({ length: 1200 }, (_, index) => machinePlan('big', index));
  for (const values of [
    plans.map((plan) => plan.name),
    plans.map((plan) => plan.uuid),
    plans.map((plan) => plan.serialNumber),
    plans.flatMap((plan) => [plan.bmcMac, ...plan.nics.map((nic) => nic.mac)]),
    plans.flatMap((plan) => plan.disks.map((disk) => disk.serial)),
  ])
    assert.equal(new Set(values).size, values.length);
});

test('any seed draws well-formed machines', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 0, max: 65_000 }), (seed, index) => {
      const plan = machinePlan(seed, index);
      assert.match(plan.uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.match(plan.name, /^r[a-z0-9]+-m\d{3,}$/);
      assert.ok(plan.name.startsWith(rackName(seed)));
      for (const nic of plan.nics) assert.match(nic.mac, /^02(:[0-9a-f]{2}){5}$/);
      for (const disk of plan.disks) assert.equal(disk.size % disk.sectorSize, 0);
    }),
  );
});

test('the caller may fix the disks', () => {
  const plan = machinePlan('7', 0, [{ size: 10_000_000, sectorSize: 4096, rotational: true }]);
  assert.equal(plan.disks.length, 1);
  assert.equal(plan.disks[0]?.size, Math.floor(10_000_000 / 4096) * 4096);
  assert.equal(plan.disks[0]?.rotational, true);
});
