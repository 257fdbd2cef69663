import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from './cli-error.ts';
import { parseKeyValues, parseSeconds, readJsonArgument } from './key-values.ts';

test('values that are JSON are typed, others are text', () => {
  assert.deepEqual(parseKeyValues(['a=2', 'b=true', 'c=x=y', 'd={"e":[1]}', 'f='], '--extra'), {
    a: 2,
    b: true,
    c: 'x=y',
    d: { e: [1] },
    f: '',
  });
});

test('what has no name is refused', () => {
  assert.throws(() => parseKeyValues(['=2'], '--extra'), new UsageError('--extra wants NAME=VALUE, found "=2"'));
  assert.throws(() => parseKeyValues(['a'], '--extra'), UsageError);
});

test('seconds', () => {
  assert.equal(parseSeconds('1.5', '--timeout'), 1500);
  assert.equal(parseSeconds('0', '--timeout'), null);
  assert.throws(() => parseSeconds('-1', '--timeout'), UsageError);
});

test('JSON arguments say what is wrong with them', async () => {
  assert.deepEqual(await readJsonArgument('[1]', '--steps'), [1]);
  await assert.rejects(readJsonArgument('[1', '--steps'), /--steps must be JSON, or @FILE with JSON/);
  await assert.rejects(readJsonArgument('@/nowhere/x', '--steps'), UsageError);
});
