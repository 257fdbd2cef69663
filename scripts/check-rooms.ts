/**
 * Enforces the room rule of docs/architecture.md: a file under src/ imports only from its own room and from rooms below it. Test files
 * may also reach up, because they set whole scenes.
 */
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { dirname, join, normalize, relative, sep } from 'node:path';

/** Top first. Rooms on one line may not import each other. */
const ORDER: readonly (readonly string[])[] = [
  ['main.ts'],
  ['cli'],
  ['web', 'sim'],
  ['api'],
  ['conductor'],
  ['drivers'],
  ['agent'],
  ['boot'],
  ['image'],
  ['openstack'],
  ['store'],
  ['model'],
  ['protocol'],
  ['config'],
];

const rank = new Map(ORDER.flatMap((rooms, index) => rooms.map((room) => [room, index] as const)));
const IMPORT = /(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g;

/** What is wrong with the imports of one file; `path` is relative to the root, such as `src/api/x.ts`. */
export function roomProblems(path: string, text: string): string[] {
  const room = roomOf(path);
  const own = rank.get(room);
  if (own === undefined) return [`${path}: "${room}" is no room of docs/architecture.md`];
  const problems: string[] = [];
  for (const match of text.matchAll(IMPORT)) {
    const target = normalize(join(dirname(path), match[1] ?? ''));
    const other = roomOf(target);
    const theirs = rank.get(other);
    if (other !== room && (theirs === undefined || theirs <= own))
      problems.push(`${path}: imports ${target}, but ${room} lies below or beside ${other}`);
  }
  return problems;
}

function roomOf(path: string): string {
  return relative('src', path).split(sep)[0] ?? '';
}

async function main(): Promise<number> {
  const problems: string[] = [];
  for await (const path of glob('src/**/*.ts')) {
    if (!path.endsWith('.test.ts')) problems.push(...roomProblems(path, readFileSync(path, 'utf8')));
  }
  for (const problem of problems) console.error(problem);
  return problems.length > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = await main();
