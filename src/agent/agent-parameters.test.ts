import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ParameterError, parseKernelCommandLine, readAgentParameters } from './agent-parameters.ts';

test('words of a command line: only key=value, the later wins, quotes fall off', () => {
  const words = parseKernelCommandLine('nofb  ipa-api-url=http://a:6385 ipa-debug=0 ipa-debug=1\troot="x"\n=y');
  assert.deepEqual({ ...words }, { 'ipa-api-url': 'http://a:6385', 'ipa-debug': '1', root: 'x' });
});

test('what concerns the agent', () => {
  const read = readAgentParameters({
    'ipa-api-url': 'http://a:6385/,https://b',
    'ipa-agent-token': 't',
    'ipa-insecure': 'yes',
    'ipa-inspection-collectors': 'default,logs',
    'ipa-ironic-api-version': '1.68',
    BOOTIF: '01-AA-bb-cc-dd-ee-ff',
  });
  assert.deepEqual(read.apiUrls, ['http://a:6385', 'https://b']);
  assert.equal(read.inspectionUrl, 'http://a:6385/v1/continue_inspection');
  assert.equal(read.bootMac, 'aa:bb:cc:dd:ee:ff');
  assert.equal(read.apiMinor, 68);
  assert.deepEqual([read.insecure, read.debug, read.lookupTimeout], [true, false, 600]);
  assert.equal(readAgentParameters({ BOOTIF: 'aa:bb:cc:dd:ee:ff' }).bootMac, 'aa:bb:cc:dd:ee:ff');
  assert.equal(readAgentParameters({ 'ipa-api-url': 'http://a' }).inspectionUrl, null);
});

test('what cannot be used is named', () => {
  for (const [words, message] of [
    [{ 'ipa-api-url': 'ftp://x' }, /ipa-api-url: "ftp:\/\/x" is not an http/],
    [{ 'ipa-api-url': 'mdns' }, /multicast DNS/],
    [{ 'ipa-debug': 'perhaps' }, /ipa-debug: "perhaps" is neither true nor false/],
    [{ 'ipa-lookup-timeout': '-1' }, /ipa-lookup-timeout: "-1"/],
    [{ 'ipa-ironic-api-version': '2' }, /1\.N/],
  ] as const)
    assert.throws(() => readAgentParameters(words), message);
});

test('any text is read or refused with a ParameterError', () => {
  const line = fc.oneof(
    fc.string(),
    fc
      .array(fc.tuple(fc.constantFrom('ipa-api-url', 'BOOTIF', 'ipa-debug', 'ipa-lookup-timeout', '__proto__'), fc.string()))
      .map((pairs) => pairs.map(([key, value]) => `${key}=${value}`).join(' ')),
  );
  fc.assert(
    fc.property(line, (text) => {
      try {
        readAgentParameters(parseKernelCommandLine(text));
      } catch (error) {
        assert.ok(error instanceof ParameterError, String(error));
      }
    }),
  );
});
