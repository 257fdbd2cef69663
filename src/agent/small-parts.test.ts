import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createAgentCertificate } from './agent-certificate.ts';
import { checkRaidConfig } from './hardware/simulated-raid.ts';
import { tarGz } from './tar-archive.ts';

test('certificate: self-signed, for the one address, valid from an hour ago for 30 days', async () => {
  const now = Date.UTC(2026, 5, 1);
  for (const [host, name] of [
    ['127.0.0.1', 'IP Address:127.0.0.1'],
    ['[fd00::1]', 'IP Address:FD00:0:0:0:0:0:0:1'],
    ['ramdisk.example', 'DNS:ramdisk.example'],
  ] as const) {
    const { certificate, key } = await createAgentCertificate(host, now);
    const read = new X509Certificate(certificate);
    assert.equal(read.subjectAltName, name);
    assert.ok(read.verify(read.publicKey));
    assert.equal(Date.parse(read.validFrom), now - 3_600_000);
    assert.equal(Date.parse(read.validTo), now + 30 * 24 * 3_600_000);
    assert.match(key, /^-----BEGIN PRIVATE KEY-----/);
  }
});

test('tar: names, sizes and contents stand where readers look for them', async () => {
  const archive = gunzipSync(
    await tarGz(
      new Map([
        ['journal', Buffer.from('hello')],
        ['empty', Buffer.alloc(0)],
      ]),
      1_000_000,
    ),
  );
  assert.equal(archive.toString('latin1', 0, 7), 'journal');
  assert.equal(archive.toString('latin1', 124, 135), '00000000005');
  assert.equal(archive.toString('latin1', 257, 262), 'ustar');
  assert.equal(archive.toString('latin1', 512, 517), 'hello');
  assert.equal(archive.toString('latin1', 1024, 1029), 'empty');
  assert.equal(archive.length % 512, 0);
  const sum = archive.subarray(0, 512).reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  assert.equal(Number.parseInt(archive.toString('latin1', 148, 154), 8), sum);
  await assert.rejects(tarGz(new Map([['x'.repeat(101), Buffer.alloc(0)]]), 0), /longer than 100/);
});

test('RAID: everything wrong is told at once', () => {
  const disk = {
    name: '/dev/sda',
    model: '',
    size: 10 * 1024 ** 3,
    rotational: false,
    serial: '1',
    wwn: null,
    vendor: '',
    hctl: null,
    by_path: null,
    logical_sectors: 512,
  };
  const disks = [disk, { ...disk, name: '/dev/sdb' }];
  const good = {
    logical_disks: [
      { controller: 'software', raid_level: '1', size_gb: 5 },
      { controller: 'software', raid_level: '0', size_gb: 'MAX' },
    ],
  };
  assert.deepEqual(checkRaidConfig(good, disks), good);
  assert.throws(
    () => checkRaidConfig({ logical_disks: [{ controller: 'hardware', raid_level: '5', size_gb: 50 }] }, disks),
    /controller must be "software".*RAID level 5 is not supported for the first.*needs 3 disks, there are 2.*50 GiB do not fit/,
  );
  assert.throws(() => checkRaidConfig({}, disks), /one or two logical disks, not 0/);
});
