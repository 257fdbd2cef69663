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
}
