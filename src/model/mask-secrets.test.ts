import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSecretKey, maskSecrets, maskText } from './mask-secrets.ts';

test('values under secret-looking keys are masked at every depth, the rest is untouched', () => {
  const document = {
    redfish_password: 'x',
    redfish_username: 'admin',
    agent_secret_token: null,
    tokens: { list: [{ auth_token: 7 }, 'plain'] },
    passwd: 'shown',
    ssh_key: 'shown',
  };
  assert.deepEqual(maskSecrets(document), {
    redfish_password: '******',
    redfish_username: 'admin',
    agent_secret_token: '******',
    tokens: { list: [{ auth_token: '******' }, 'plain'] },
    passwd: 'shown',
    ssh_key: 'shown',
  });
  assert.equal(document.redfish_password, 'x', 'the stored document is not altered');
});

test('attributes have keys of their own', () => {
  assert.deepEqual(maskSecrets({ snmp_auth_key: 'k', image_url: 'u' }, 'driver_info'), { snmp_auth_key: '******', image_url: 'u' });
  assert.deepEqual(maskSecrets({ image_url: 'u', configdrive: { a: 1 } }, 'instance_info'), {
    image_url: '******',
    configdrive: '******',
  });
});

test('assignments inside text lose their value part', () => {
  assert.equal(maskText('login with password = abc now'), 'login with password = ****** now');
  assert.equal(maskText(`{'admin_password': 'zz'}`), `{'admin_password': '******'}`);
  assert.equal(maskText(`password: "a 'b' c", next`), 'password: "******", next');
  assert.equal(maskText(`password="cut short`), 'password=****** short');
  assert.equal(maskText('http://host/path?x=1'), 'http://host/path?x=1');
});

test('a key named __proto__ stays data', () => {
  const masked = maskSecrets(JSON.parse('{"__proto__": {"password": "x"}}'));
  assert.equal(JSON.stringify(masked), '{"__proto__":{"password":"******"}}');
  assert.equal(isSecretKey('Private_Key_Path'), true);
});

test('a list under a secret-looking key is masked as a whole, an object under it is searched', () => {
  assert.deepEqual(maskSecrets({ passwords: ['a', { b: 'c' }], secrets: { plain: 'shown', token: 5 } }), {
    passwords: '******',
    secrets: { plain: 'shown', token: '******' },
  });
});

test('a long word costs linear time', () => {
  const started = performance.now();
  assert.equal(maskText(`${'a'.repeat(1_000_000)}:${'secret'.repeat(20_000)}`).length, 1_120_001);
  assert.ok(performance.now() - started < 1000);
});
