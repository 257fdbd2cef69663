import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fieldTable, table } from './table.ts';

test('columns are aligned, empty cells show a dash, objects show as JSON', () => {
  assert.equal(
    table(
      ['Name', 'State'],
      [
        ['r1', 'available'],
        [null, { a: 1 }],
      ],
    ),
    'Name  State\nr1    available\n-     {"a":1}\n',
  );
  assert.equal(fieldTable({ uuid: 'u', name: null }), 'uuid  u\nname  -\n');
});

test('a narrow screen cuts the widest column', () => {
  assert.equal(table(['A', 'B'], [['1', 'x'.repeat(50)]], 20), `A  B\n1  ${'x'.repeat(16)}…\n`);
});

test('control characters of a server do not reach the screen', () => {
  assert.equal(table(['A'], [['\u001b[2Jred\u0007']]), 'A\n[2Jred\n');
});

test('every row has its line, whatever the cells hold', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.string())), fc.option(fc.integer({ min: 1, max: 120 })), (rows, width) => {
      assert.equal(table(['A', 'B'], rows, width).split('\n').length, rows.length + 2);
    }),
  );
});
