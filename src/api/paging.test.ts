import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { apiFixture } from './testing/api-fixture.ts';

const CLASSES = [null, 'a', 'b', 'B'];

test('following next visits every node once, in order, for any size, key and direction', async (t) => {
  const api = await apiFixture(t);
  const all: { uuid: string; resource_class: string | null }[] = [];
  for (let i = 0; i < 17; i++) all.push(await api.node({ name: `n${i}`, resource_class: CLASSES[i % CLASSES.length] ?? null }));
  const whole = async (query: string): Promise<string[]> =>
    (await api.get(`/v1/nodes?${query}`)).body.nodes.map((node: { uuid: string }) => node.uuid);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom('id', 'uuid', 'name', 'resource_class', 'created_at', 'maintenance'),
      fc.constantFrom('asc', 'desc'),
      async (limit, key, direction) => {
        const order = `sort_key=${key}&sort_dir=${direction}`;
        const expected = await whole(order);
        assert.equal(new Set(expected).size, all.length);
        const seen: string[] = [];
        let url: string | undefined = `/v1/nodes?limit=${limit}&${order}`;
        while (url !== undefined) {
          const { body }: { body: { nodes: { uuid: string }[]; next?: string } } = await api.get(url);
          assert.equal(body.next !== undefined, body.nodes.length === limit, 'next exactly when the page is full');
          seen.push(...body.nodes.map((node) => node.uuid));
          url = body.next?.replace('http://api.test', '');
        }
        assert.deepEqual(seen, expected);
      },
    ),
    { numRuns: 40 },
  );
});
