import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Lower-case hexadecimal digest of a file. The file is read in pieces, so that other work runs in between. */
export async function hashFile(path: string, algorithm: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash(algorithm);
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done();
    },
  });
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), sink, signal ? { signal } : {});
  return hash.digest('hex');
}
