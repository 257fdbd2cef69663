/** A cell that holds nothing. */
const EMPTY = '-';

/**
 * Rows under headings, columns aligned and two blanks apart. Where `width` is given the widest columns give way until the rows fit;
 * what is cut ends in `…`.
 */
export function table(headings: readonly string[], rows: readonly (readonly unknown[])[], width: number | null = null): string {
  const cells = rows.map((row) => headings.map((_, column) => cellText(row[column])));
  const widths = headings.map((heading, column) => Math.max(heading.length, ...cells.map((row) => row[column]?.length ?? 0)));
  if (width !== null) shrink(widths, width, headings);
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, column) => fit(text, widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return `${[headings, ...cells].map(line).join('\n')}\n`;
}

/** One field a line. */
export function fieldTable(fields: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(fields);
  const width = Math.max(0, ...names.map((name) => name.length));
  return names.map((name) => `${`${name.padEnd(width)}  ${cellText(fields[name])}`.trimEnd()}\n`).join('');
}

function cellText(value: unknown): string {
  if (value === null || value === undefined || value === '') return EMPTY;
  if (typeof value === 'object') return JSON.stringify(value);
  return printable(String(value));
}

/** Control characters from a server must not move the cursor or colour the screen. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => (character === '\n' ? ' ' : ''));
}

function fit(text: string, width: number): string {
  return text.length <= width ? text.padEnd(width) : `${text.slice(0, Math.max(0, width - 1))}…`;
}

function shrink(widths: number[], width: number, headings: readonly string[]): void {
  const total = (): number => widths.reduce((sum, each) => sum + each, 0) + 2 * (widths.length - 1);
  while (total() > width) {
    const widest = widths.indexOf(Math.max(...widths));
    const least = Math.max(8, headings[widest]?.length ?? 0);
    if ((widths[widest] ?? 0) <= least) return;
    widths[widest] = Math.max(least, (widths[widest] ?? 0) - (total() - width));
  }
}
