/**
 * Finds the declared options that no source reads and writes them to src/config/options/inert-options.ts, from which a configuration
 * that sets one gets its warning.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { optionIndex } from '../src/config/option-index.ts';

const FILE = 'src/config/options/inert-options.ts';
/** As the formatter breaks lines. */
const WIDTH = 140;
/** Names that sources put together from parts. */
const BUILT: readonly RegExp[] = [
  /^(enabled|default)_[a-z]+_interfaces?$/,
  /^disallow_(clean|deploy|service)_steps$/,
  /^(deploy|rescue)_(kernel|ramdisk)(_by_arch)?$/,
  /^erase_devices(_metadata)?_priority$/,
  /^(create|delete)_configuration_priority$/,
  /^[a-z]+_delay$/,
];

/**
 * Options that no text reads, by group. An option counts as read when its name stands in quotes somewhere and its group's stands as the
 * first argument of a call: tables of names are common, so the two need not stand together.
 */
export function inertAmong(texts: readonly string[], options: ReadonlyMap<string, ReadonlyMap<string, unknown>>): Record<string, string[]> {
  const words = new Set<string>();
  const groups = new Set<string>();
  for (const text of texts) {
    for (const match of text.matchAll(/['"`]([a-z][a-z0-9_]*)['"`]/g)) words.add(match[1] ?? '');
    for (const match of text.matchAll(/\(\s*['"`]([A-Za-z_]+)['"`],/g)) groups.add(match[1] ?? '');
    for (const match of text.matchAll(/['"`]([A-Za-z_]+)\.[a-z]/g)) groups.add(match[1] ?? '');
  }
  const inert: Record<string, string[]> = {};
  for (const [group, names] of options) {
    const read = (name: string): boolean => groups.has(group) && (words.has(name) || BUILT.some((form) => form.test(name)));
    const unread = [...names.keys()].filter((name) => !read(name)).sort();
    if (unread.length > 0) inert[group] = unread;
  }
  return inert;
}

/** Everything that runs, but for the declarations themselves. */
export async function sourcesThatReadOptions(): Promise<string[]> {
  const texts: string[] = [];
  for await (const path of glob('src/**/*.ts')) {
    if (path.endsWith('.test.ts') || path.includes('/testing/') || path.startsWith('src/config/')) continue;
    texts.push(readFileSync(path, 'utf8'));
  }
  return texts;
}

export function render(inert: Readonly<Record<string, readonly string[]>>): string {
  const rows = Object.entries(inert).map(([group, names]) => {
    const line = `  ${group}: [${names.map((name) => `'${name}'`).join(', ')}],\n`;
    return line.length <= WIDTH + 1 ? line : `  ${group}: [\n${names.map((name) => `    '${name}',\n`).join('')}  ],\n`;
  });
  return `/**
 * Declared options that nothing reads yet, by group: naming one in a file gives a warning. \`npm run inert-options\` writes this list
 * from the sources, and a test keeps the two equal.
 */
export const inertOptions: Readonly<Record<string, readonly string[]>> = {
${rows.join('')}};
`;
}

if (import.meta.main) writeFileSync(FILE, render(inertAmong(await sourcesThatReadOptions(), optionIndex)));
