import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { configFrom } from '../../config/config-from.ts';
import { hasCode } from '../../model/errors.ts';
import type { JsonObject } from '../../model/json.ts';
import { testNode } from '../testing/driver-scene.ts';
import { parseRedfishAddress } from './parse-redfish-address.ts';
import { parseRedfishInfo } from './parse-redfish-info.ts';

const parse = (driver_info: JsonObject, values: Record<string, string> = {}) =>
  parseRedfishInfo(testNode({ driver_info }), configFrom(values));

describe('driver_info of Redfish', () => {
  it('reads addresses with and without scheme, port and path', () => {
    const url = (text: string) => parse({ redfish_address: text }).address;
    assert.equal(url('10.0.3.4'), 'https://10.0.3.4');
    assert.equal(url('http://bmc.example:8000/'), 'http://bmc.example:8000');
    assert.equal(url('https://rack.example/redfish/v1/chassis-3'), 'https://rack.example/redfish/v1/chassis-3');
    assert.equal(url('fe80::1'), 'https://[fe80::1]');
    assert.equal(url('[fd00::2]:8443'), 'https://[fd00::2]:8443');
  });

  it('names everything that is wrong, and no secret', () => {
    assert.throws(
      () =>
        parse({
          redfish_address: 'ftp://x',
          redfish_system_id: 7,
          redfish_password: 'very-secret-word',
          redfish_verify_ca: '/no/such/file',
          redfish_auth_type: 'kerberos',
          redfish_tls_minimum_version: 1.2,
          redfish_username: ['a'],
        }),
      (error) => {
        assert.ok(hasCode(error, 'INVALID_PARAMETER'));
        for (const part of ['Invalid Redfish address', 'redfish_system_id', 'redfish_verify_ca', 'redfish_auth_type', 'redfish_username']) {
          assert.ok(error.message.includes(part), part);
        }
        assert.ok(!error.message.includes('very-secret-word') && !error.message.includes('redfish_tls_minimum_version'));
        return true;
      },
    );
  });

  it('misses the address by its name', () => {
    assert.throws(() => parse({}), /Missing the following Redfish properties in node .* driver_info: \['redfish_address'\]/);
  });

  it('refuses credentials in the address without repeating them', () => {
    assert.throws(
      () => parse({ redfish_address: 'https://root:hush@10.0.0.1' }),
      (error) => error instanceof Error && !error.message.includes('hush') && /credentials/.test(error.message),
    );
  });

  it('takes verify_ca as flag, word or path, and the configured path in place of true', () => {
    const ca = (value: string | boolean | undefined, configured = '') =>
      parse(
        { redfish_address: 'x', ...(value === undefined ? {} : { redfish_verify_ca: value }) },
        configured ? { 'redfish.verify_ca': configured } : {},
      ).verifyCa;
    assert.equal(ca(undefined), true);
    assert.equal(ca('No'), false);
    assert.equal(ca(false, '/ca'), false);
    assert.equal(ca('True', '/ca'), '/ca');
    assert.equal(ca(undefined, '/ca'), '/ca');
    assert.equal(ca(tmpdir()), tmpdir());
  });

  it('answers a URL or a problem for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.ipV6(), fc.anything()), (value) => {
        const found = parseRedfishAddress(value);
        if ('url' in found) assert.match(found.url, /^https?:\/\/[^/?#@]+/);
        else assert.ok(found.problem.length < 200);
      }),
    );
  });
});
