import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json, JsonObject } from '../model/json.ts';
import { AgentError, HttpFault } from './agent-error.ts';
import { parseCommand } from './agent-server.ts';
import { parseImageInfo } from './image-info.ts';
import { parseLookupAnswer } from './lookup-answer.ts';

const GOOD: JsonObject = { id: 'i', urls: ['http://h/i'], disk_format: 'RAW', checksum: 'a'.repeat(64) };

test('image_info: formats, checksums, logins', () => {
  const read = parseImageInfo(
    { ...GOOD, image_server_auth_strategy: 'http_basic', image_server_user: 'u', image_server_password: 'p', no_proxy: 'a, b' },
    true,
  );
  assert.deepEqual(
    [read.diskFormat, read.hashAlgo, read.hashValue, read.authorization, read.noProxy],
    ['raw', null, 'a'.repeat(64), 'Basic dTpw', ['a', 'b']],
  );
  assert.equal(parseImageInfo({ ...GOOD, disk_format: 'unknown' }, true).diskFormat, null);
  assert.equal(
    parseImageInfo({ ...GOOD, image_request_authorization: Buffer.from('Bearer x').toString('base64') }, true).authorization,
    'Bearer x',
  );
  const both = parseImageInfo({ ...GOOD, os_hash_algo: 'SHA512', os_hash_value: 'b'.repeat(128) }, true);
  assert.deepEqual([both.hashAlgo, both.hashValue], ['sha512', 'b'.repeat(128)]);
  assert.equal(parseImageInfo({ ...GOOD, checksum: `sha256:${'c'.repeat(64)}` }, true).hashAlgo, 'sha256');
});

test('image_info: what is refused', () => {
  const cases: [JsonObject, RegExp][] = [
    [{ id: undefined }, /id is missing/],
    [{ urls: [] }, /1 to 16 URLs/],
    [{ urls: 'http://x' }, /1 to 16 URLs/],
    [{ urls: ['file:///etc/passwd'] }, /is not an http\(s\) URL/],
    [{ checksum: '' }, /checksum must be a text/],
    [{ checksum: null }, /a checksum is missing/],
    [{ os_hash_algo: 'sha256' }, /together/],
    [{ checksum: 'd'.repeat(32) }, /MD5/],
    [{ os_hash_algo: 'md5', os_hash_value: 'd'.repeat(32) }, /MD5/],
    [{ image_server_auth_strategy: 'http_basic' }, /image_server_user/],
  ];
  for (const [patch, message] of cases) {
    const value = JSON.parse(JSON.stringify({ ...GOOD, ...patch }));
    assert.throws(
      () => parseImageInfo(value, false),
      (error) => error instanceof AgentError && error.type === 'InvalidCommandParamsError' && message.test(error.message),
      JSON.stringify(patch),
    );
  }
});

test("image_info: any JSON is read or refused in the agent's words", () => {
  const some = fc.oneof(
    fc.jsonValue(),
    fc.record({ id: fc.jsonValue(), urls: fc.jsonValue(), checksum: fc.jsonValue(), proxies: fc.jsonValue(), disk_format: fc.jsonValue() }),
  );
  fc.assert(
    fc.property(some, fc.boolean(), (value, md5) => {
      try {
        parseImageInfo(value as Json, md5);
      } catch (error) {
        assert.ok(error instanceof AgentError, String(error));
      }
    }),
  );
});

test('bodies of commands: any text is read or refused with 400', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      try {
        const { name, params } = parseCommand(text);
        assert.equal(typeof name, 'string');
        assert.equal(typeof params, 'object');
      } catch (error) {
        assert.ok(error instanceof HttpFault && error.status === 400, String(error));
      }
    }),
  );
});

test('lookup answers: old and new form, tokens, nonsense', () => {
  const old = parseLookupAnswer({ node: { uuid: 'u' }, heartbeat_timeout: 60 });
  assert.deepEqual([old.heartbeatTimeout, old.token, old.md5Allowed, old.node.properties], [60, null, true, {}]);
  const told = parseLookupAnswer({
    node: { uuid: 'u' },
    config: { heartbeat_timeout: 1, agent_token: '******', agent_md5_checksum_enable: false },
  });
  assert.deepEqual([told.token, told.md5Allowed], ['kept', false]);
  assert.equal(parseLookupAnswer({ node: { uuid: 'u' }, config: { heartbeat_timeout: 1, agent_token: 'short' } }).token, null);
  assert.throws(() => parseLookupAnswer({ node: {}, config: { heartbeat_timeout: 1 } }), /no node/);
  assert.throws(() => parseLookupAnswer({ node: { uuid: 'u' }, config: { heartbeat_timeout: 0 } }), /heartbeat_timeout/);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      try {
        assert.ok(parseLookupAnswer(value).heartbeatTimeout > 0);
      } catch (error) {
        assert.match(String(error), /lookup: the answer/);
      }
    }),
  );
});
