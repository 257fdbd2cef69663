import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { optionIndex } from '../src/config/option-index.ts';
import { inertOptions } from '../src/config/options/inert-options.ts';
import { inertAmong, render, sourcesThatReadOptions } from './list-inert-options.ts';

test('an option is read when its name and its group stand in a source', () => {
  const options = new Map([
    [
      'api',
      new Map([
        ['port', 0],
        ['max_limit', 0],
      ]),
    ],
    ['pxe', new Map([['port', 0]])],
  ]);
  assert.deepEqual(inertAmong(["config.integer('api', 'port')"], options), { api: ['max_limit'], pxe: ['port'] });
});

test('the list of options without effect is what the sources say', async () => {
  const found = inertAmong(await sourcesThatReadOptions(), optionIndex);
  assert.deepEqual(inertOptions, found, 'run npm run inert-options');
});

test('the list is written as it is read', () => {
  assert.equal(readFileSync('src/config/options/inert-options.ts', 'utf8'), render(inertOptions));
});
