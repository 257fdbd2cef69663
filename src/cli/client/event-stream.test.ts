import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readEventStream, type StreamEvent } from './event-stream.ts';

async function read(pieces: readonly Uint8Array[]): Promise<StreamEvent[]> {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield* pieces;
  }
  return Array.fromAsync(readEventStream(source()));
}

const TEXT = ': hello\n\nid: 7\nevent: node.step\ndata: {"a":1}\n\ndata: ä\r\ndata:b\r\n\r\nevent: none\n\nid: 8\ndata\n\n';
const EVENTS: StreamEvent[] = [
  { id: '7', event: 'node.step', data: '{"a":1}' },
  { id: '7', event: 'message', data: 'ä\nb' },
  { id: '8', event: 'message', data: '' },
];

test('ids stay, comments and events without data are passed over', async () => {
  assert.deepEqual(await read([Buffer.from(TEXT)]), EVENTS);
});

test('pieces may end anywhere, within characters too', async () => {
  const bytes = Buffer.from(TEXT);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: bytes.length })), async (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      assert.deepEqual(await read(at.slice(1).map((end, index) => bytes.subarray(at[index], end))), EVENTS);
    }),
  );
});

test('noise is read without harm', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 64 })), async (pieces) => {
      for (const event of await read(pieces)) assert.equal(typeof event.data, 'string');
    }),
  );
});

test('a line without end is refused', async () => {
  const piece = Buffer.alloc(400_000, 'a');
  await assert.rejects(read([piece, piece, piece]), RangeError);
});
