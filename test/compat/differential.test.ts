import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { missingPackages } from '../../bench/peer/start-debian-ironic.ts';
import { differential } from './differential.ts';
import { type Difference, judge, parseKnown } from './known-differences.ts';
import { idOf } from './request.ts';
import { REQUESTS } from './requests.ts';

const missing = missingPackages();
/** Left out where a person has not installed the peer, and never in CI. */
const leftOut = missing.length > 0 && process.env.CI === undefined ? `Debian packages missing: ${missing.join(' ')}` : false;

test('OpenStack Ironic and Wrought answer the same requests alike, but for what is written down', { skip: leftOut }, async () => {
  assert.deepEqual(missing, [], 'Debian packages of the peer');
  const known = parseKnown(await readFile(new URL('known-differences.json', import.meta.url), 'utf8'));
  const { fresh, stale } = judge(await differential(), known);
  const lines = [
    ...fresh.map(
      (each) => `NEW  ${each.request}: ${each.part}: peer ${each.peer} | wrought ${each.wrought}\n     ${each.texts?.join('\n     ')}`,
    ),
    ...stale.map((each) => `GONE ${each.request}: ${each.part}: no request shows it any more; remove it from known-differences.json`),
  ];
  assert.equal(lines.length, 0, `${REQUESTS.length} requests were compared\n${lines.join('\n')}`);
});

test('every request of the comparison has a name of its own', () => {
  const names = REQUESTS.map((each) => JSON.stringify([each.method, each.path, each.version, each.body, each.label]));
  assert.equal(new Set(names).size, names.length);
  assert.ok(REQUESTS.every((each) => idOf(each).length < 1000));
});

test('a difference must be written down, and what is written down must be seen', () => {
  const seen: Difference = { request: 'GET /v1/x?a=1 @82', part: 'status', peer: '200', wrought: '501' };
  const line = { ...seen, request: 'GET /v1/x?a=* @*', reason: 'r' };
  assert.deepEqual(judge([seen], [line]), { fresh: [], stale: [] });
  assert.deepEqual(judge([seen], []), { fresh: [seen], stale: [] });
  assert.deepEqual(judge([], [line]), { fresh: [], stale: [line] });
  // A question mark or a dot in a line is itself and matches nothing else.
  assert.deepEqual(judge([{ ...seen, request: 'GET /v1/xa=1 @82' }], [line]).fresh.length, 1);
  assert.deepEqual(judge([{ ...seen, wrought: '404' }], [line]).fresh.length, 1);
  assert.throws(() => parseKnown('[{"request": "x", "part": "status", "peer": "1", "wrought": "2"}]'), /reason is missing/);
});
