import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import fc from 'fast-check';
import { hasCode } from '../model/errors.ts';
import { bufferSource } from '../protocol/iso9660/byte-source.ts';
import { openIso } from '../protocol/iso9660/read-iso.ts';
import { buildConfigDrive, decodeConfigDrive, encodeConfigDrive } from './config-drive.ts';

const noFetch = async (): Promise<Buffer> => assert.fail('nothing is to be fetched');
const refused = (pattern: RegExp) => (e: unknown) => hasCode(e, 'INVALID_PARAMETER') && pattern.test(e.message);

test('the drive holds all parts under both directories, and only what was given', async () => {
  const image = await openIso(
    bufferSource(
      await buildConfigDrive(
        { meta_data: { name: 'mine' }, network_data: { links: [] }, user_data: '#cloud-config', vendor_data: { a: 1 } },
        { uuid: 'node-uuid', name: 'node-name' },
      ),
    ),
  );
  const text = async (path: string): Promise<string> => (await image.readFile(path, 10_000)).toString();
  for (const version of ['latest', '2012-08-10']) {
    assert.deepEqual(JSON.parse(await text(`openstack/${version}/meta_data.json`)), { uuid: 'node-uuid', name: 'mine' });
    assert.equal(await text(`openstack/${version}/user_data`), '#cloud-config');
    assert.equal(await text(`openstack/${version}/vendor_data2.json`), '{"a":1}');
    assert.equal(await text(`openstack/${version}/network_data.json`), '{"links":[]}');
  }
  const bare = await openIso(bufferSource(await buildConfigDrive({ user_data: { users: ['x'] } })));
  const paths = (await bare.list()).filter((e) => e.kind === 'file').map((e) => e.path);
  assert.deepEqual(
    paths.sort(),
    ['openstack/2012-08-10', 'openstack/latest'].flatMap((d) => [`${d}/meta_data.json`, `${d}/user_data`]),
  );
  assert.equal((await bare.readFile('openstack/latest/user_data', 100)).toString(), '{"users":["x"]}');
});

test('property: encoding and decoding are inverse', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 5000 }), async (bytes) => {
      const text = await encodeConfigDrive(bytes);
      assert.deepEqual(await decodeConfigDrive(text.replace(/.{76}/g, '$&\n'), noFetch), Buffer.from(bytes));
    }),
  );
});

test('a URL may bring text or a raw image', async () => {
  const image = await buildConfigDrive({});
  const url = 'http://x/drive';
  const text = await encodeConfigDrive(image);
  assert.deepEqual(await decodeConfigDrive(url, async () => Buffer.from(text)), image);
  assert.deepEqual(await decodeConfigDrive(url, async () => image), image);
});

test('what is no drive is refused, and a bomb is not unpacked', async () => {
  await assert.rejects(decodeConfigDrive('not base64!', noFetch), refused(/not base64/));
  await assert.rejects(decodeConfigDrive('', noFetch), refused(/not base64/));
  await assert.rejects(decodeConfigDrive('QUJDRA==', noFetch), refused(/not gzip/));
  const bomb = (await promisify(gzip)(Buffer.alloc(1 << 20))).toString('base64');
  await assert.rejects(decodeConfigDrive(bomb, noFetch, 1 << 16), refused(/at most 65536/));
  await assert.rejects(
    decodeConfigDrive('http://x/', async () => Buffer.alloc(70_000), 1 << 16),
    refused(/more than 65536/),
  );
  await assert.rejects(
    decodeConfigDrive(`${(await promisify(gzip)('x')).subarray(0, 18).toString('base64')}`, noFetch),
    refused(/decompressed/),
  );
});
