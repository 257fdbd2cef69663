import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { WroughtError } from '../../model/errors.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { applyPatch, parsePatch } from './json-patch.ts';

const NEWEST = 115;
const keys = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/);
const values: fc.Arbitrary<Json> = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)));
const documents: fc.Arbitrary<JsonObject> = fc.dictionary(keys, values, { maxKeys: 6, noNullPrototype: true });

test('adding a member and removing it gives the document back; nothing given is altered', () => {
  fc.assert(
    fc.property(documents, keys, keys, values, (inner, root, key, value) => {
      fc.pre(!Object.hasOwn(inner, key));
      const document: JsonObject = { [root]: inner };
      const before = structuredClone(document);
      const path = `/${root}/${key}`;
      const added = applyPatch(document, parsePatch([{ op: 'add', path, value }], NEWEST));
      const expected: JsonObject = { ...inner };
      Object.defineProperty(expected, key, { value, enumerable: true, writable: true, configurable: true });
      assert.deepEqual(added[root], expected);
      assert.deepEqual(applyPatch(added, parsePatch([{ op: 'remove', path }], NEWEST)), before);
      assert.deepEqual(document, before);
    }),
  );
});

test('replace is remove and add; several operations are the same as one after the other', () => {
  fc.assert(
    fc.property(documents, keys, values, values, (inner, key, first, second) => {
      const document: JsonObject = { r: { ...inner, [key]: first } };
      const path = `/r/${key}`;
      const replace = parsePatch([{ op: 'replace', path, value: second }], NEWEST);
      const both = parsePatch(
        [
          { op: 'remove', path },
          { op: 'add', path, value: second },
        ],
        NEWEST,
      );
      assert.deepEqual(applyPatch(document, replace), applyPatch(document, both));
      const stepwise = both.reduce((state, operation) => applyPatch(state, [operation]), document);
      assert.deepEqual(applyPatch(document, both), stepwise);
    }),
  );
});

test('any body is either a patch or refused by name', () => {
  fc.assert(
    fc.property(fc.jsonValue(), documents, (body, document) => {
      try {
        applyPatch(document, parsePatch(JSON.parse(JSON.stringify(body)), NEWEST));
      } catch (error) {
        assert.ok(error instanceof WroughtError && error.status === 400, String(error));
      }
    }),
  );
});

test('arrays: positions, the end, and what is no position', () => {
  const apply = (op: string, at: string, value?: Json): Json | undefined =>
    applyPatch(
      { a: { l: [1, 2, 3] } },
      parsePatch([value === undefined ? { op, path: `/a/l/${at}` } : { op, path: `/a/l/${at}`, value }], NEWEST),
    ).a;
  assert.deepEqual(apply('add', '-', 4), { l: [1, 2, 3, 4] });
  assert.deepEqual(apply('add', '3', 4), { l: [1, 2, 3, 4] });
  assert.deepEqual(apply('add', '0', 0), { l: [0, 1, 2, 3] });
  assert.deepEqual(apply('replace', '1', 9), { l: [1, 9, 3] });
  assert.deepEqual(apply('remove', '1'), { l: [1, 3] });
  for (const [op, at] of [
    ['add', '4'],
    ['add', '01'],
    ['replace', '-'],
    ['replace', '3'],
    ['remove', 'x'],
  ] as const) {
    assert.throws(() => apply(op, at, op === 'remove' ? undefined : 1), /position/);
  }
});

test('a key named __proto__ is data and reaches no prototype', () => {
  const patched = applyPatch(
    JSON.parse('{"extra":{}}'),
    parsePatch(JSON.parse('[{"op":"add","path":"/extra/__proto__","value":{"x":1}}]'), NEWEST),
  );
  assert.equal(JSON.stringify(patched), '{"extra":{"__proto__":{"x":1}}}');
  assert.equal(Reflect.get({}, 'x'), undefined);
  assert.throws(
    () => applyPatch({ extra: {} }, parsePatch([{ op: 'add', path: '/extra/constructor/prototype/x', value: 1 }], NEWEST)),
    /does not exist/,
  );
});
