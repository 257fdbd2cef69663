/**
 * Reads answers of BMCs, which are wrong in small ways all the time. What is absent is null; what has the wrong form is null too, and is
 * written down in `problems` with the place, so that a log line can say what the BMC got wrong.
 */
export interface Reader {
  /** Where this object stands in the answer, for example `Boot` or `Links.ManagedBy[0]`. */
  readonly where: string;
  has(key: string): boolean;
  text(key: string): string | null;
  /** A finite number; a numeric text is taken as one. */
  number(key: string): number | null;
  /** Boolean; the texts "true" and "false" are taken as one. */
  flag(key: string): boolean | null;
  /** A text that is one of `values`; anything else is null. */
  oneOf<T extends string>(key: string, values: readonly T[]): T | null;
  /** A list of texts, other elements left out; null where there is no list. */
  texts(key: string): string[] | null;
  /** The object under `key`; an empty one where there is none. */
  object(key: string): Reader;
  /** The objects of the list under `key`. */
  objects(key: string): Reader[];
  /** `@odata.id` of the object under `key`. */
  link(key: string): string | null;
  /** `@odata.id`s of the list under `key`. */
  links(key: string): string[];
  /** Own keys, at most `MAX_ITEMS`. */
  keys(): string[];
  raw(key: string): unknown;
  readonly problems: readonly string[];
}

/** Lists are read up to this many elements, texts up to this many characters. */
export const MAX_ITEMS = 4096;
const MAX_TEXT = 65_536;
const MAX_PROBLEMS = 20;

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Starts reading an answer. `where` is empty at the top. */
export function read(value: unknown, where = '', problems: string[] = []): Reader {
  const note = (place: string, wanted: string, found: unknown): void => {
    if (problems.length < MAX_PROBLEMS) problems.push(`${place || 'answer'}: wanted ${wanted}, found ${typeName(found)}`);
  };
  if (!isFields(value) && value !== undefined && value !== null) note(where, 'an object', value);
  const fields: Fields = isFields(value) ? value : {};
  const at = (key: string): string => (where === '' ? key : `${where}.${key}`);
  const get = (key: string): unknown => (Object.hasOwn(fields, key) ? fields[key] : undefined);

  function listOf(key: string): readonly unknown[] | null {
    const found = get(key);
    if (found === undefined || found === null) return null;
    if (Array.isArray(found)) return found.slice(0, MAX_ITEMS);
    note(at(key), 'a list', found);
    return null;
  }

  function linkOf(found: unknown, place: string): string | null {
    if (found === undefined || found === null) return null;
    const target = isFields(found) && Object.hasOwn(found, '@odata.id') ? found['@odata.id'] : undefined;
    if (typeof target === 'string' && target !== '' && target.length <= 2048) return target;
    note(place, 'an object with @odata.id', found);
    return null;
  }

  return {
    where,
    problems,
    has: (key) => get(key) !== undefined && get(key) !== null,
    raw: get,
    keys: () => Object.keys(fields).slice(0, MAX_ITEMS),
    text(key) {
      const found = get(key);
      if (found === undefined || found === null) return null;
      if (typeof found === 'string') return found.length <= MAX_TEXT ? found : found.slice(0, MAX_TEXT);
      if (typeof found === 'number') return String(found);
      note(at(key), 'text', found);
      return null;
    },
    number(key) {
      const found = get(key);
      if (found === undefined || found === null) return null;
      if (typeof found === 'number' && Number.isFinite(found)) return found;
      if (typeof found === 'string' && /^\s*-?\d{1,15}(\.\d{1,6})?\s*$/.test(found)) return Number(found);
      note(at(key), 'a number', found);
      return null;
    },
    flag(key) {
      const found = get(key);
      if (found === undefined || found === null) return null;
      if (typeof found === 'boolean') return found;
      if (typeof found === 'string' && /^(true|false)$/i.test(found)) return found.toLowerCase() === 'true';
      note(at(key), 'true or false', found);
      return null;
    },
    oneOf(key, values) {
      const found = get(key);
      return values.find((value) => value === found) ?? null;
    },
    texts(key) {
      const list = listOf(key);
      return list === null ? null : list.filter((item) => typeof item === 'string');
    },
    object: (key) => read(get(key), at(key), problems),
    objects: (key) => (listOf(key) ?? []).map((item, index) => read(item, `${at(key)}[${index}]`, problems)),
    link: (key) => linkOf(get(key), at(key)),
    links: (key) => (listOf(key) ?? []).flatMap((item, index) => linkOf(item, `${at(key)}[${index}]`) ?? []),
  };
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `text "${value.slice(0, 40)}"`;
  return typeof value;
}
