/** One server-sent event. */
export interface StreamEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

/** An event longer than this is not one of ours. */
const MAX_EVENT = 1024 * 1024;

/**
 * Reads server-sent events (HTML Living Standard, section 9.2) from pieces of a byte stream. Comments and events without data are
 * passed over. Throws RangeError when an event grows past its bound.
 */
export async function* readEventStream(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let id: string | null = null;
  let event = '';
  let data: string[] = [];
  let size = 0;
  for await (const piece of pieces) {
    rest += decoder.decode(piece, { stream: true });
    if (rest.length > MAX_EVENT) throw new RangeError(`an event stream line is longer than ${MAX_EVENT} characters`);
    for (;;) {
      const end = /\r\n|\n|\r(?!$)/.exec(rest);
      if (end === null) break;
      const line = rest.slice(0, end.index);
      rest = rest.slice(end.index + end[0].length);
      if (line === '') {
        if (data.length > 0) yield { id, event: event || 'message', data: data.join('\n') };
        event = '';
        data = [];
        size = 0;
        continue;
      }
      size += line.length;
      if (size > MAX_EVENT) throw new RangeError(`an event is longer than ${MAX_EVENT} characters`);
      const colon = line.indexOf(':');
      const name = colon === -1 ? line : line.slice(0, colon);
      const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (name === 'data') data.push(value);
      else if (name === 'event') event = value;
      else if (name === 'id' && !value.includes('\0')) id = value;
    }
  }
}
