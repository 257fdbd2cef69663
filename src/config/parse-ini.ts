import { ConfigError } from './config-error.ts';

/** One assignment of a configuration file. */
export interface IniEntry {
  readonly group: string;
  readonly name: string;
  /** Lines of a continued value are joined by line feeds. */
  readonly text: string;
  /** Counted from 1; the line of the name. */
  readonly line: number;
}

/**
 * Reads the INI dialect of oslo.config: `[group]`, `name = value` or `name: value`, comments that start a line with `#` or `;`, values
 * continued by lines that begin with a blank and ended by an empty line, one pair of quotes around a value taken off. Throws ConfigError
 * with file and line at the first line it cannot read.
 */
export function parseIni(text: string, file: string): IniEntry[] {
  const entries: IniEntry[] = [];
  let group: string | null = null;
  let open: { group: string; name: string; lines: string[]; line: number } | null = null;

  function flush(): void {
    if (open !== null) entries.push({ group: open.group, name: open.name, text: open.lines.join('\n'), line: open.line });
    open = null;
  }
  function refuse(line: number, finding: string): never {
    throw new ConfigError(`${file} line ${line}: ${finding}`);
  }

  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const number = index + 1;
    const line = raw.trimEnd();
    if (/^[ \t]/.test(line)) {
      if (open === null) refuse(number, 'a line that begins with a blank continues a value, but there is none to continue');
      open.lines.push(line.trimStart());
      continue;
    }
    flush();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    if (line.startsWith('[')) {
      group = /^\[([^\]]+)\]$/.exec(line)?.[1]?.trim() || refuse(number, 'a group must be written [name]');
      continue;
    }
    if (group === null) refuse(number, 'an option stands before the first group; write [DEFAULT] above it');
    const { name, value } = splitAssignment(line) ?? refuse(number, 'neither a group, a comment nor "name = value"');
    open = { group, name, lines: [value], line: number };
  }
  flush();
  return entries;
}

function splitAssignment(line: string): { name: string; value: string } | null {
  const at = line.search(/[=:]/);
  if (at <= 0) return null;
  const name = line.slice(0, at).trim();
  return name === '' ? null : { name, value: stripQuotes(line.slice(at + 1).trim()) };
}

function stripQuotes(value: string): string {
  const quote = value[0];
  const quoted = value.length >= 2 && (quote === '"' || quote === "'") && value.endsWith(quote);
  return quoted ? value.slice(1, -1) : value;
}
