import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { optionIndex } from './option-index.ts';
import type { Option, OptionDefault } from './option-table.ts';

const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

function shown(value: OptionDefault): string {
  if (value === null) return 'none';
  return `\`${Array.isArray(value) ? value.join(',') : String(value)}\``;
}

function rows(choose: (group: string, option: Option) => string | undefined): string[] {
  return [...optionIndex].flatMap(([group, options]) =>
    [...options].flatMap(([name, option]) => {
      const why = choose(group, option);
      return why === undefined ? [] : [`| \`[${group}]${name}\` | ${shown(option.default)} | ${why} |`];
    }),
  );
}

test('the page names every default that differs from the peer, with its reason', () => {
  const wanted = rows((_, { note, default: value }) => (note?.startsWith('Peer: ') && value !== null ? note : undefined));
  assert.ok(wanted.length > 5);
  for (const row of wanted) assert.ok(page.includes(row), `docs/configuration.md lacks: ${row}`);
});

test('the page names every option of group wrought', () => {
  for (const row of rows((group, { description }) => (group === 'wrought' ? (description ?? '') : undefined)))
    assert.ok(page.includes(row), `docs/configuration.md lacks: ${row}`);
});

test('every option that the page speaks of is declared', () => {
  for (const [, group, name] of page.matchAll(/`\[([A-Za-z_]+)\]([a-z_]+)`/g))
    assert.ok(optionIndex.get(group ?? '')?.has(name ?? ''), `docs/configuration.md speaks of [${group}]${name}, which is not declared`);
});
