import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hasCode } from '../../model/errors.ts';
import type { Node } from '../../model/node.ts';
import type { Page } from '../store.ts';
import { type Bench, storeTest } from './bench.ts';

const SORT_KEYS = [
  'id',
  'uuid',
  'resource_class',
  'description',
  'provision_updated_at',
  'maintenance',
  'secure_boot',
  'updated_at',
] as const;

/** Nulls first, text by its UTF-8 bytes, numbers and booleans by value. */
function compare(a: unknown, b: unknown): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return Number(a) - Number(b);
}

export function pagingTests(bench: Bench): void {
  storeTest(bench, 'pages put together are the sorted list, whatever key, direction and size', async ({ store }) => {
    const words = fc.oneof(fc.constant(null), fc.constantFrom('a', 'B', 'b', 'ä', 'Ω', '\u{1f980}', '\uffee', ''));
    const nodes = fc.record({
      resource_class: words,
      description: words,
      provision_updated_at: fc.option(fc.integer({ min: 0, max: 3 })),
      maintenance: fc.boolean(),
      secure_boot: fc.option(fc.boolean()),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(nodes, { maxLength: 12 }),
        fc.constantFrom(...SORT_KEYS),
        fc.constantFrom('asc' as const, 'desc' as const),
        fc.integer({ min: 1, max: 5 }),
        async (values, sortKey, sortDir, limit) => {
          const model: Node[] = [];
          for (const value of values) model.push(await store.nodes.create({ driver: 'd', ...value }));
          const direction = sortDir === 'asc' ? 1 : -1;
          model.sort((a, b) => direction * (compare(a[sortKey], b[sortKey]) || a.id - b.id));
          const seen: string[] = [];
          for (let page: Page = { limit, sortKey, sortDir }; ; ) {
            const rows = await store.nodes.list({}, page, ['uuid']);
            seen.push(...rows.map((row) => row.uuid));
            const last = rows.at(-1);
            if (!last) break;
            page = { limit, sortKey, sortDir, marker: last.uuid };
          }
          assert.deepEqual(
            seen,
            model.map((node) => node.uuid),
          );
          for (const node of model) await store.nodes.delete(node.uuid, null);
        },
      ),
      { numRuns: 40 },
    );
  });

  storeTest(bench, 'a row deleted or added between pages neither repeats nor hides another', async ({ store }) => {
    const nodes = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) nodes.push(await store.nodes.create({ driver: 'd', name }));
    const first = await store.nodes.list({}, { limit: 2, sortKey: 'name' }, ['name']);
    await store.nodes.delete(nodes[0]?.uuid ?? '', null);
    await store.nodes.create({ driver: 'd', name: 'aa' });
    const rest = await store.nodes.list({}, { limit: 9, sortKey: 'name', marker: first[1]?.uuid ?? '' }, ['name']);
    assert.equal(rest.map((row) => row.name).join(''), 'cde');
  });

  storeTest(bench, 'an unknown marker and an unsortable key are refused', async ({ store }) => {
    const marker = '00000000-0000-4000-8000-000000000000';
    const { uuid } = await store.nodes.create({ driver: 'd' });
    for (const sortKey of ['id', 'name', 'provision_updated_at'])
      for (const list of [
        () => store.nodes.list({}, { limit: 5, marker, sortKey }),
        () => store.ports.list({}, { limit: 5, marker }),
        () => store.chassis.list({ limit: 5, marker }),
        () => store.history.list(uuid, { limit: 5, marker }),
        () => store.conductors.list({ limit: 5, marker: 'nobody' }),
      ])
        await assert.rejects(list, (error) => hasCode(error, 'NOT_FOUND'));
    for (const sortKey of ['driver_info', 'traits', 'driver_info_masked', 'no"such'])
      await assert.rejects(store.nodes.list({}, { limit: 5, sortKey }), (error) => hasCode(error, 'INVALID_PARAMETER'));
    assert.deepEqual(await store.nodes.list({}, { limit: 5, marker: uuid }), [], 'after the last one comes nothing');
  });
}
