import { isJsonObject, type Json } from '../model/json.ts';
import type { DiskInfo } from './hardware-manager.ts';

/** Operators of a hint's text, longest first so that none hides behind a shorter one. */
const OPERATORS = ['s==', 's!=', 's<=', 's>=', '<all-in>', '<in>', '<or>', '==', '!=', '<=', '>=', 's<', 's>', '<', '>', '='] as const;
type Operator = (typeof OPERATORS)[number];

/** A hint as read: the field and the test on its values. */
export interface RootDeviceHint {
  readonly name: string;
  matches(disk: DiskInfo): boolean;
}

const TEXT_FIELDS = ['name', 'model', 'vendor', 'serial', 'wwn', 'wwn_with_extension', 'wwn_vendor_extension', 'hctl', 'by_path', 'tran'];
const GIB = 1024 ** 3;
const MAX_TEXT = 4096;

/** A hint that cannot be used. */
export class HintError extends Error {
  override readonly name = 'HintError';
}

/**
 * Reads root device hints, the object in `root_device`; all of them must match. The grammar is the peer's: an optional operator before
 * the value, `<or>` lists, sizes in GiB. @throws HintError naming the hint and what is wrong.
 */
export function parseRootDeviceHints(value: Json | undefined): readonly RootDeviceHint[] {
  if (!isJsonObject(value)) throw new HintError(`root device hints must be an object, not ${JSON.stringify(value)?.slice(0, 100)}`);
  return Object.entries(value).map(([name, wish]) => {
    if (name === 'size') return sizeHint(wish);
    if (name === 'rotational') return rotationalHint(wish);
    if (TEXT_FIELDS.includes(name)) return textHint(name, wish);
    throw new HintError(`root device hint "${name}" is unknown; known are size, rotational, ${TEXT_FIELDS.join(', ')}`);
  });
}

function textHint(name: string, wish: Json | undefined): RootDeviceHint {
  if (typeof wish !== 'string' || wish.trim() === '' || wish.length > MAX_TEXT)
    throw new HintError(`root device hint "${name}" must be a text, not ${JSON.stringify(wish)?.slice(0, 100)}`);
  const { operator, operand } = split(wish);
  const test = textTest(name, operator, operand.toLowerCase());
  return { name, matches: (disk) => valuesOf(disk, name).some((each) => test(each.toLowerCase())) };
}

function textTest(name: string, operator: Operator | null, operand: string): (found: string) => boolean {
  switch (operator) {
    case null:
    case 's==':
      return (found) => found === operand;
    case 's!=':
      return (found) => found !== operand;
    case 's<':
      return (found) => found < operand;
    case 's<=':
      return (found) => found <= operand;
    case 's>':
      return (found) => found > operand;
    case 's>=':
      return (found) => found >= operand;
    case '<in>':
      return (found) => found.includes(operand);
    case '<or>': {
      const choices = operand.split('<or>').map((each) => each.trim());
      return (found) => choices.includes(found);
    }
    case '<all-in>':
      throw new HintError(`root device hint "${name}": operator <all-in> is for lists, and no disk field is one`);
    default:
      return numericTest(name, operator, operand);
  }
}

function sizeHint(wish: Json | undefined): RootDeviceHint {
  const text = typeof wish === 'number' ? String(wish) : wish;
  if (typeof text !== 'string' || text.trim() === '' || text.length > MAX_TEXT)
    throw new HintError(`root device hint "size" must be a number of GiB, not ${JSON.stringify(wish)?.slice(0, 100)}`);
  const { operator, operand } = split(text);
  if (operator !== null && !['==', '!=', '<', '<=', '>', '>=', '='].includes(operator))
    throw new HintError(`root device hint "size": operator ${operator} does not compare numbers`);
  if (!(Number(operand) > 0)) throw new HintError(`root device hint "size" must be above 0, not "${operand}"`);
  const test = numericTest('size', operator ?? '==', operand);
  return { name: 'size', matches: (disk) => test(String(disk.size / GIB)) };
}

function numericTest(name: string, operator: Operator, operand: string): (found: string) => boolean {
  const wanted = Number(operand);
  if (operand === '' || !Number.isFinite(wanted)) throw new HintError(`root device hint "${name}": "${operand}" is not a number`);
  const compare = (found: number): boolean => {
    switch (operator) {
      case '==':
        return found === wanted;
      case '!=':
        return found !== wanted;
      case '<':
        return found < wanted;
      case '<=':
        return found <= wanted;
      case '>':
        return found > wanted;
      default:
        // `>=`, and the historic `=` which means the same.
        return found >= wanted;
    }
  };
  return (text) => text.trim() !== '' && Number.isFinite(Number(text)) && compare(Number(text));
}

function rotationalHint(wish: Json | undefined): RootDeviceHint {
  const text = String(wish).trim().toLowerCase();
  const wanted = /^(1|t|true|on|y|yes)$/.test(text) ? true : /^(0|f|false|off|n|no)$/.test(text) ? false : null;
  if (wanted === null)
    throw new HintError(`root device hint "rotational" must be true or false, not ${JSON.stringify(wish)?.slice(0, 100)}`);
  return { name: 'rotational', matches: (disk) => disk.rotational === wanted };
}

function split(text: string): { operator: Operator | null; operand: string } {
  const trimmed = text.trim();
  const operator = OPERATORS.find((each) => trimmed.startsWith(each));
  if (operator === undefined) return { operator: null, operand: trimmed };
  return { operator, operand: trimmed.slice(operator.length).trim() };
}

/** A null field counts as the text `none`, as at the peer, so that `s!=` matches it. */
function valuesOf(disk: DiskInfo, name: string): string[] {
  const found: unknown = Object.entries(disk).find(([key]) => key === name)?.[1];
  return [found === null || found === undefined ? 'none' : String(found)];
}
