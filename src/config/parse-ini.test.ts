import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConfigError } from './config-error.ts';
import { parseIni } from './parse-ini.ts';

test('groups, comments, both separators, quotes, continuation and CRLF', () => {
  const text = [
    '\uFEFF# comment',
    '[DEFAULT]',
    'host = r1',
    '; other comment',
    'quoted = " two  words "',
    '[api]',
    'port: 6386',
    'url = http://a:1/?x=y',
    'middleware = a,',
    '  b,',
    '\tc',
    '',
    'empty =',
  ].join('\r\n');
  assert.deepEqual(
    parseIni(text, 'x.conf').map(({ group, name, text: value, line }) => [group, name, value, line]),
    [
      ['DEFAULT', 'host', 'r1', 3],
      ['DEFAULT', 'quoted', ' two  words ', 5],
      ['api', 'port', '6386', 7],
      ['api', 'url', 'http://a:1/?x=y', 8],
      ['api', 'middleware', 'a,\nb,\nc', 9],
      ['api', 'empty', '', 13],
    ],
  );
});

const bad: [text: string, message: string][] = [
  ['host = a', 'x.conf line 1: an option stands before the first group; write [DEFAULT] above it'],
  ['[a\nb = 1', 'x.conf line 1: a group must be written [name]'],
  ['[]', 'x.conf line 1: a group must be written [name]'],
  ['[a]\n\n  b', 'x.conf line 3: a line that begins with a blank continues a value, but there is none to continue'],
  ['[a]\nnothing', 'x.conf line 2: neither a group, a comment nor "name = value"'],
  ['[a]\n= 3', 'x.conf line 2: neither a group, a comment nor "name = value"'],
];
for (const [text, message] of bad) {
  test(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseIni(text, 'x.conf'), new ConfigError(message)));
}

test('any text is read or refused with a place, never anything else', () => {
  const line = fc.oneof(fc.string(), fc.constantFrom('[api]', 'a = b', '  c', '', '#', ';', '[', ']', '=', 'x:', '\tq'));
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      try {
        for (const entry of parseIni(lines.join('\n'), 'f')) assert.ok(entry.group !== '' && entry.name !== '' && entry.line > 0);
      } catch (error) {
        assert.ok(error instanceof ConfigError && /^f line \d+: /.test(error.message));
      }
    }),
    { numRuns: 500 },
  );
});

test('what is written comes back', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/);
  const value = fc.stringMatching(/^[A-Za-z0-9:=,;#[\]$/.-]{0,20}$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word, value)), (rows) => {
      const text = rows.map(([group, name, each]) => `[${group}]\n${name} = ${each}`).join('\n');
      assert.deepEqual(
        parseIni(text, 'f').map((entry) => [entry.group, entry.name, entry.text]),
        rows,
      );
    }),
  );
});
