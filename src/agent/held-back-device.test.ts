import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BlockDevice } from '../image/block-device.ts';
import { openFileDevice } from '../image/file-device.ts';
import { readGpt } from '../image/gpt.ts';
import { readMbr } from '../image/mbr.ts';
import { HEAD_BYTES, holdBackStart } from './held-back-device.ts';
import { ImageAppender } from './image-appender.ts';
import { smallDiskImage } from './testing/small-images.ts';

const MIB = 1024 * 1024;

async function onDisk<T>(size: number, work: (device: BlockDevice) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'wrought-held-'));
  try {
    const device = await openFileDevice(join(directory, 'disk'), { size });
    try {
      return await work(device);
    } finally {
      await device.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test('power lost after any number of writes: the disk has the old content nowhere bootable and the new one not yet', async () => {
  const image = await smallDiskImage(4 * MIB);
  for (let writes = 0; writes < 6; writes++) {
    await onDisk(8 * MIB, async (device) => {
      // The former tenant's disk: the same image, so it boots.
      await device.write(0, image);
      let left = writes;
      const dying: BlockDevice = {
        ...device,
        async write(offset, data) {
          if (left-- <= 0) throw new Error('power lost');
          await device.write(offset, data);
        },
      };
      const held = await holdBackStart(dying);
      const appender = new ImageAppender(held.device);
      try {
        for (let at = 0; at < image.length; at += 300_000) await appender.append(image.subarray(at, at + 300_000));
        await appender.finish();
      } catch (error) {
        assert.match(String(error), /power lost/);
      }
      assert.equal(await readGpt(device), null);
      assert.equal(await readMbr(device), null);
    });
  }
});

test('committed, the disk is the image byte for byte, whatever the pieces, and zeros beyond', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ length: fc.integer({ min: 1, max: 700_000 }), byte: fc.constantFrom(0, 0, 1, 255) }), {
        minLength: 1,
        maxLength: 8,
      }),
      async (pieces) => {
        const image = Buffer.concat(pieces.map(({ length, byte }) => Buffer.alloc(length, byte)));
        await onDisk(8 * MIB, async (device) => {
          await device.write(0, Buffer.alloc(8 * MIB, 0xee));
          const held = await holdBackStart(device);
          const appender = new ImageAppender(held.device);
          for (const { length, byte } of pieces) await appender.append(Buffer.alloc(length, byte));
          await appender.finish();
          assert.ok((await device.read(0, HEAD_BYTES)).every((each) => each === 0));
          await held.commit();
          assert.ok((await device.read(0, image.length)).equals(image));
        });
      },
    ),
    { numRuns: 15 },
  );
});

test('reads see what was written, across the border of the head', async () => {
  await onDisk(4 * MIB, async (device) => {
    const { device: held } = await holdBackStart(device);
    const data = Buffer.alloc(2048, 7);
    await held.write(HEAD_BYTES - 1024, data);
    assert.ok((await held.read(HEAD_BYTES - 1024, 2048)).equals(data));
    await held.zero(HEAD_BYTES - 512, 1024);
    assert.deepEqual([...(await held.read(HEAD_BYTES - 513, 2))], [7, 0]);
    assert.deepEqual([...(await held.read(HEAD_BYTES + 511, 2))], [0, 7]);
  });
});

test('an image larger than the disk is refused before the write', async () => {
  await onDisk(2 * MIB, async (device) => {
    const appender = new ImageAppender(device);
    await appender.append(Buffer.alloc(2 * MIB, 1));
    await assert.rejects(appender.append(Buffer.alloc(1)), /larger than the disk of 2097152 bytes/);
  });
});
