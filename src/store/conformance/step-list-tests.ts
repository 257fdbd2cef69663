import assert from 'node:assert/strict';
import { hasCode } from '../../model/errors.ts';
import { type Bench, storeTest } from './bench.ts';

const STEPS = [{ interface: 'bios', step: 'apply', args: { a: ['ä', null] }, priority: 5 }];

/** Resources that keep lists of steps. */
export function stepListTests(bench: Bench): void {
  storeTest(bench, 'a deploy template is created, found, changed, listed and deleted', async ({ store, clock }) => {
    const { deployTemplates } = store;
    const one = await deployTemplates.create({ name: 'CUSTOM_A', steps: STEPS });
    assert.deepEqual(one, {
      id: one.id,
      uuid: one.uuid,
      created_at: clock.now(),
      updated_at: null,
      name: 'CUSTOM_A',
      steps: STEPS,
      extra: {},
    });
    const two = await deployTemplates.create({ name: 'CUSTOM_B', steps: STEPS, extra: { x: 1 } });
    assert.deepEqual(await deployTemplates.getByUuid(one.uuid), one);
    assert.deepEqual(await deployTemplates.getByName('CUSTOM_B'), two);
    assert.deepEqual(await deployTemplates.byNames(['CUSTOM_B', 'CUSTOM_NOPE']), [two]);
    assert.deepEqual(await deployTemplates.byNames([]), []);
    assert.deepEqual(await deployTemplates.list({ limit: 9, sortKey: 'name', sortDir: 'desc' }), [two, one]);
    await assert.rejects(deployTemplates.create({ name: 'CUSTOM_A', steps: STEPS }), (error: Error) => {
      return hasCode(error, 'DUPLICATE') && error.message.includes('CUSTOM_A');
    });
    await assert.rejects(deployTemplates.update(two.uuid, { name: 'CUSTOM_A' }), (error) => hasCode(error, 'DUPLICATE'));
    assert.deepEqual((await deployTemplates.update(one.uuid, { steps: [] })).steps, []);
    await deployTemplates.delete(one.uuid);
    await assert.rejects(deployTemplates.delete(one.uuid), (error) => hasCode(error, 'NOT_FOUND'));
  });

  storeTest(
    bench,
    'a runbook is created, found, changed, listed and deleted; its traits change one at a time',
    async ({ store, clock }) => {
      const { runbooks } = store;
      const one = await runbooks.create({ name: 'a', steps: STEPS, owner: 'p1', disable_ramdisk: true });
      assert.deepEqual(one, {
        id: one.id,
        uuid: one.uuid,
        created_at: clock.now(),
        updated_at: null,
        name: 'a',
        steps: STEPS,
        disable_ramdisk: true,
        extra: {},
        public: false,
        owner: 'p1',
        description: null,
        traits: [],
      });
      const two = await runbooks.create({ name: 'b', steps: STEPS });
      assert.deepEqual(await runbooks.getByUuid(one.uuid), one);
      assert.deepEqual(await runbooks.getByName('b'), two);
      assert.deepEqual(await runbooks.list({}, { limit: 9 }), [one, two]);
      assert.deepEqual(await runbooks.list({ owner: 'p1' }, { limit: 9 }), [one]);
      await assert.rejects(runbooks.create({ name: 'a', steps: STEPS }), (error) => hasCode(error, 'DUPLICATE'));
      const names = Array.from({ length: 8 }, (_, index) => `CUSTOM_${index}`);
      await Promise.all(names.map((name) => runbooks.changeTraits(one.uuid, (traits) => [...traits, name])));
      assert.deepEqual((await runbooks.getByUuid(one.uuid))?.traits, names);
      assert.equal((await runbooks.update(one.uuid, { public: true, owner: null })).owner, null);
      await runbooks.delete(one.uuid);
      await assert.rejects(
        runbooks.changeTraits(one.uuid, () => []),
        (error) => hasCode(error, 'NOT_FOUND'),
      );
      await assert.rejects(runbooks.delete(one.uuid), (error) => hasCode(error, 'NOT_FOUND'));
    },
  );
}
