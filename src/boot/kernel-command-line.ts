import { WroughtError } from '../model/errors.ts';

const KEY = '[A-Za-z0-9_.-]+';
// Printable ASCII without blanks and quotes, or anything printable between double quotes.
const VALUE = `(?:"[\\x20-\\x21\\x23-\\x7e]*"|[\\x21\\x23-\\x26\\x28-\\x7e]*)`;
const WORD = new RegExp(`^${KEY}(?:=${VALUE})?$`);

/**
 * Checks words for a kernel command line, as the peer does: `key` or `key=value`; ` -- ` may separate arguments of init. Anything else
 * could end the line in a boot loader's configuration and add commands of its own.
 *
 * @param subject what the words are, for the message.
 * @throws INVALID_PARAMETER naming the first bad word.
 */
export function checkKernelCommandLine(subject: string, line: string): void {
  if (!/^[\x20-\x7e]*$/.test(line))
    throw new WroughtError('INVALID_PARAMETER', `${subject}: only printable ASCII characters can stand on a kernel command line`);
  for (const word of wordsOf(line)) if (word !== '--') checkKernelWord(subject, word);
}

/** Checks that the text is one parameter and no more. @throws INVALID_PARAMETER. */
export function checkKernelWord(subject: string, word: string): void {
  if (!WORD.test(word))
    throw new WroughtError('INVALID_PARAMETER', `${subject}: ${JSON.stringify(shown(word))} is no kernel parameter (key or key=value)`);
}

/** Takes out what ends a line, from text that came from outside. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n\0]/g, '').trim();
}

/** Splits at blanks outside of double quotes. */
export function wordsOf(line: string): string[] {
  return line.match(/(?:"[^"]*"|[^\s"])+|"/g) ?? [];
}

/** Words as they may stand in a message: without values, which may be secret. */
function shown(word: string): string {
  return word.length > 60 || word.includes('=') ? `${word.slice(0, 30).replace(/=.*$/s, '=')}…` : word;
}
