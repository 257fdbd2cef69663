import type { Field, RenderContext, Row } from './field.ts';

/** Text that stands in JSON as it is; most of what lists hold. */
const PLAIN = /^[\w .,:/~+@-]*$/;
/** Above it the check costs as much as the escaping. */
const PLAIN_LENGTH = 64;

/** JSON text of any scalar. */
export function scalar(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length <= PLAIN_LENGTH && PLAIN.test(value) ? `"${value}"` : JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'undefined':
      return 'null';
    default:
      return value === null ? 'null' : JSON.stringify(value);
  }
}

/** ISO 8601 with an explicit offset and microseconds; the fraction is left out when it is zero. Quoted. */
export function timestamp(millis: unknown): string {
  if (typeof millis !== 'number') return 'null';
  const text = new Date(millis).toISOString();
  const fraction = text.slice(20, 23);
  return fraction === '000' ? `"${text.slice(0, 19)}+00:00"` : `"${text.slice(0, 19)}.${fraction}000+00:00"`;
}

const SAFE_SEGMENT = /^[\w.~-]+$/;

/** The self and bookmark links of `<collection>/<id>[/<sub>]`. `id` is percent-encoded as needed. */
export function linkPair(base: string, collection: string, id: string, sub = ''): string {
  const path = `/${collection}/${SAFE_SEGMENT.test(id) ? id : encodeURIComponent(id)}${sub === '' ? '' : `/${sub}`}`;
  return `[{"href":"${base}/v1${path}","rel":"self"},{"href":"${base}${path}","rel":"bookmark"}]`;
}

/** The function that writes a field's value by its type: chosen once per view, as a list calls it for each row. */
function writerOf({ name, type }: Field): (row: Row) => string {
  switch (type) {
    case 'datetime':
      return (row) => timestamp(row[name]);
    case 'object':
      return (row) => stored(row[name], '{}');
    case 'strings':
    case 'list':
      return (row) => stored(row[name], '[]');
    default:
      return (row) => scalar(row[name]);
  }
}

function stored(value: unknown, empty: string): string {
  return typeof value === 'string' && value !== '' ? value : empty;
}

/** A compiled view of a resource: which fields, in which order, how each is written. */
export interface View {
  readonly names: readonly string[];
  /** Columns the store must read for it. */
  readonly columns: readonly string[];
  /** JSON text of one object. */
  render(row: Row, context: RenderContext): string;
}

/** Compiles the view that shows `fields`. */
export function compileView(fields: readonly Field[], alwaysRead: readonly string[] = []): View {
  const parts = fields.map((field, index) => ({
    prefix: `${index === 0 ? '{' : ','}${JSON.stringify(field.name)}:`,
    write: field.render ?? writerOf(field),
  }));
  const columns = fields.flatMap((field) => field.columns ?? (field.render ? [] : [field.name]));
  return {
    names: fields.map((field) => field.name),
    columns: [...new Set([...alwaysRead, ...columns])],
    render(row, context) {
      if (parts.length === 0) return '{}';
      let text = '';
      for (const part of parts) text += part.prefix + part.write(row, context);
      return `${text}}`;
    },
  };
}

/** `{"<key>":[…],"next":…}` from finished rows. */
export function renderCollection(key: string, rows: readonly string[], next: string | null): string {
  return `{${JSON.stringify(key)}:[${rows.join(',')}]${next === null ? '' : `,"next":${JSON.stringify(next)}`}}`;
}
