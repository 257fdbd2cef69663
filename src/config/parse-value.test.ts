import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Option } from './option-table.ts';
import { parseValue } from './parse-value.ts';

const cases: [option: Option, text: string, expected: unknown][] = [
  [{ type: 'boolean', default: false }, 'YES', true],
  [{ type: 'boolean', default: false }, '0', false],
  [{ type: 'boolean', default: false }, 'maybe', 'true or false'],
  [{ type: 'integer', default: 1, min: 3 }, ' 4 ', 4],
  [{ type: 'integer', default: 1, min: 3 }, '2', 'a whole number of at least 3'],
  [{ type: 'integer', default: 1, min: 0, max: 9 }, '1e3', 'a whole number from 0 to 9'],
  [{ type: 'integer', default: null }, '', null],
  [{ type: 'integer', default: 1 }, '', 'a whole number'],
  [{ type: 'port', default: 1 }, '70000', 'a port number from 0 to 65535'],
  [{ type: 'float', default: 1, min: 1 }, '2.5', 2.5],
  [{ type: 'float', default: 1 }, 'NaN', 'a number'],
  [{ type: 'octal', default: null }, '0o644', 0o644],
  [{ type: 'octal', default: null }, '0640', 0o640],
  [{ type: 'octal', default: null }, '8', 'an octal number such as 0o644'],
  [{ type: 'string', default: null, choices: ['a', 'b'] }, 'c', 'one of a, b'],
  [{ type: 'host', default: null }, '::1', '::1'],
  [{ type: 'host', default: null }, 'bmc-1.example', 'bmc-1.example'],
  [{ type: 'host', default: null }, 'a b', 'a host name or an IP address'],
  [{ type: 'ip', default: null }, 'host', 'an IP address'],
  [{ type: 'uri', default: null }, 'http://x', 'http://x'],
  [{ type: 'uri', default: null }, 'x', 'a URL such as http://192.0.2.1:8080'],
  [{ type: 'list', default: [] }, 'a, b,\nc,', ['a', 'b', 'c']],
  [{ type: 'list', default: [] }, '', []],
  [{ type: 'list', default: [], itemChoices: ['uefi', 'bios'] }, 'uefi,efi', 'a list of uefi, bios'],
  [{ type: 'dict', default: {} }, 'x86_64:http://a:1/k, arm:b', { x86_64: 'http://a:1/k', arm: 'b' }],
  [{ type: 'dict', default: {} }, 'x86_64', 'key:value pairs, separated by commas'],
];
for (const [option, text, expected] of cases) {
  test(`${option.type} reads ${JSON.stringify(text)}`, () => {
    const parsed = parseValue(option, [text]);
    assert.deepEqual(parsed.ok ? parsed.value : parsed.wanted, expected);
  });
}

test('repeated options keep every value', () => {
  assert.deepEqual(parseValue({ type: 'multi-string', default: [] }, ['a,b', 'c']), { ok: true, value: ['a,b', 'c'] });
  assert.deepEqual(parseValue({ type: 'multi-dict', default: {} }, ['a:1', 'b:2,a:3']), { ok: true, value: { a: '3', b: '2' } });
});

test('numbers survive being written and read', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (n) =>
      assert.deepEqual(parseValue({ type: 'integer', default: 0 }, [`${n}`]), { ok: true, value: n }),
    ),
  );
});

test('no text makes any type throw', () => {
  const type = fc.constantFrom('string', 'integer', 'float', 'boolean', 'list', 'dict', 'port', 'host', 'ip', 'uri', 'octal' as const);
  fc.assert(
    fc.property(
      type,
      fc.string({ unit: 'binary' }),
      (each, text) => typeof parseValue({ type: each, default: null }, [text]).ok === 'boolean',
    ),
  );
});
