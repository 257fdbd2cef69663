/** What a boot loader's configuration says to start. */
export interface BootMenuEntry {
  readonly title: string;
  /** Path on the medium, without a leading slash. */
  readonly kernel: string;
  readonly initrds: readonly string[];
  /** Words for the kernel, separated by blanks. */
  readonly commandLine: string;
}

/** Longest configuration read, in characters. */
const MAX_TEXT = 256 * 1024;

/** Reads the default entry of a GRUB configuration; null when it starts no kernel. Scripting other than `menuentry` is not followed. */
export function readGrubMenu(text: string): BootMenuEntry | null {
  const entries: BootMenuEntry[] = [];
  let wanted = '0';
  let open: { title: string; kernel: string | null; initrds: string[]; commandLine: string } | null = null;
  const finish = (): void => {
    if (open?.kernel) entries.push({ title: open.title, kernel: open.kernel, initrds: open.initrds, commandLine: open.commandLine });
    open = null;
  };
  for (const line of linesOf(text)) {
    const words = wordsOf(line);
    const [command = '', first = ''] = words;
    const set = /^default=(.*)$/.exec(command === 'set' ? first : command);
    if (set) wanted = set[1] ?? '0';
    else if (command === 'menuentry') {
      finish();
      open = { title: first, kernel: null, initrds: [], commandLine: '' };
    } else if (command === '}') finish();
    else if (command === 'linux' || command === 'linuxefi') {
      open ??= { title: 'default', kernel: null, initrds: [], commandLine: '' };
      open.kernel = plainPath(first);
      open.commandLine = kernelWords(words.slice(2));
    } else if ((command === 'initrd' || command === 'initrdefi') && open) open.initrds.push(...words.slice(1).map(plainPath));
  }
  finish();
  return entries.find(({ title }) => title === wanted) ?? entries[Number(wanted)] ?? entries[0] ?? null;
}

/** Reads the default label of an isolinux configuration; null when it starts no kernel. */
export function readIsolinuxMenu(text: string): BootMenuEntry | null {
  const entries: { title: string; kernel: string; initrds: string[]; commandLine: string }[] = [];
  let wanted: string | null = null;
  let open: { title: string; kernel: string; initrds: string[]; commandLine: string } | null = null;
  for (const line of linesOf(text)) {
    const [command = '', ...rest] = line.split(/\s+/);
    switch (command.toLowerCase()) {
      case 'default':
        wanted = rest[0] ?? null;
        break;
      case 'label':
        open = { title: rest[0] ?? '', kernel: '', initrds: [], commandLine: '' };
        entries.push(open);
        break;
      case 'kernel':
      case 'linux':
        if (open) open.kernel = plainPath(rest[0] ?? '');
        break;
      case 'initrd':
        if (open) open.initrds.push(...(rest[0] ?? '').split(',').filter(Boolean).map(plainPath));
        break;
      case 'append':
        if (!open) break;
        for (const word of rest)
          if (word.startsWith('initrd=')) open.initrds.push(...word.slice(7).split(',').filter(Boolean).map(plainPath));
        open.commandLine = kernelWords(rest.filter((word) => !word.startsWith('initrd=')));
        break;
      default:
    }
  }
  const bootable = entries.filter(({ kernel }) => kernel !== '');
  return bootable.find(({ title }) => title === wanted) ?? bootable[0] ?? null;
}

function linesOf(text: string): string[] {
  return text
    .slice(0, MAX_TEXT)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Words as GRUB splits them: single and double quotes keep blanks together. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word = '';
  let started = false;
  let quote: string | null = null;
  for (const character of line) {
    if (quote === null && (character === '"' || character === "'")) {
      quote = character;
      started = true;
    } else if (character === quote) quote = null;
    else if (quote === null && /\s/.test(character)) {
      if (started || word !== '') words.push(word);
      word = '';
      started = false;
    } else word += character;
  }
  if (started || word !== '') words.push(word);
  return words;
}

/** Everything after `--` is for the loader's own use and empty as a rule. */
function kernelWords(words: readonly string[]): string {
  return words.filter((word) => word !== '--' && word !== '---').join(' ');
}

/** Without device prefix such as `($root)` and leading slash. */
function plainPath(path: string): string {
  return path.replace(/^\([^)]*\)/, '').replace(/^\/+/, '');
}
