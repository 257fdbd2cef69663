import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashSync } from 'bcryptjs';
import { configFrom } from '../../config/config-from.ts';
import { VirtualClock } from '../../model/clock.ts';
import { apiFixture, expectStatus } from '../testing/api-fixture.ts';
import { createAuthenticator, isOpenPath } from './authenticator.ts';
import { parseBasic } from './basic-authenticator.ts';
import { parseHtpasswd } from './htpasswd.ts';

const basic = (user: string, password: string): string => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

function passwordFile(t: { after(fn: () => void): void }, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'wrought-auth-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'htpasswd');
  writeFileSync(file, text);
  return file;
}

test('basic authentication over HTTP', async (t) => {
  const hash = hashSync('s3cret', 4);
  const file = passwordFile(t, `ann:${hash.replace('$2b$', '$2y$')}\nann:${hashSync('other', 4)}\n`);
  const api = await apiFixture(t, { 'DEFAULT.auth_strategy': 'http_basic', 'DEFAULT.http_basic_auth_user_file': file });
  const get = (authorization?: string, url = '/v1/nodes') =>
    api.call('GET', url, authorization === undefined ? {} : { headers: { authorization } });
  expectStatus(await get(basic('ann', 's3cret')), 200);
  expectStatus(await get(basic('ann', 's3cret')), 200);
  const missing = await get();
  expectStatus(missing, 401);
  assert.deepEqual(missing.body, { error: { message: 'Authorization required', code: 401 } });
  assert.equal(missing.headers['www-authenticate'], 'Basic realm="Baremetal API"');
  for (const [user, password] of [
    ['ann', 'wrong'],
    ['ann', 'other'],
    ['bob', 's3cret'],
    ['ann', `s3cret${'x'.repeat(80)}`],
  ] as const) {
    const refused = await get(basic(user, password));
    expectStatus(refused, 401);
    assert.deepEqual(refused.body, { error: { message: 'Incorrect username or password', code: 401 } });
  }
  for (const header of ['Bearer x', 'Basic', 'Basic %%%', `Basic ${Buffer.from('nocolon').toString('base64')}`]) {
    const unread = await get(header);
    expectStatus(unread, 400);
    assert.equal(unread.body.error.message, 'Could not parse Authorization header');
  }
  for (const url of ['/', '/v1', '/v1/', '/v1/lookup?addresses=52:54:00:00:00:01'])
    assert.notEqual((await get(undefined, url)).status, 401, url);
  expectStatus(await get(undefined, '/lookup?addresses=x'), 401);
  expectStatus(await get(undefined, '/wrought/v1/events'), 401);
});

test('a changed password file is taken up', async (t) => {
  const file = passwordFile(t, `ann:${hashSync('old', 4)}\n`);
  const clock = new VirtualClock();
  const config = configFrom({ 'DEFAULT.auth_strategy': 'http_basic', 'DEFAULT.http_basic_auth_user_file': file });
  const authenticator = createAuthenticator(config, clock);
  assert.deepEqual(await authenticator.identify(basic('ann', 'old')), { user: 'ann', project: null });
  writeFileSync(file, `# changed\nann:${hashSync('new', 4)}\n`);
  await clock.advance(2000);
  assert.deepEqual(await authenticator.identify(basic('ann', 'new')), { user: 'ann', project: null });
  assert.ok('refusal' in (await authenticator.identify(basic('ann', 'old'))));
});

test('strategies that cannot be served stop the start', (t) => {
  const start = (values: Record<string, string>) => () => createAuthenticator(configFrom(values), new VirtualClock());
  assert.throws(start({ 'DEFAULT.auth_strategy': 'keystone' }), { code: 'NOT_BUILT' });
  const file = passwordFile(t, 'ann:$apr1$abc$def\n');
  assert.throws(start({ 'DEFAULT.auth_strategy': 'http_basic', 'DEFAULT.http_basic_auth_user_file': file }), /line 1.*bcrypt/);
  assert.throws(start({ 'DEFAULT.auth_strategy': 'http_basic', 'DEFAULT.http_basic_auth_user_file': `${file}.none` }), /cannot be read/);
});

test('password files: the first line of a user counts, a cost out of bounds is refused', () => {
  const hash = hashSync('x', 4);
  assert.deepEqual([...parseHtpasswd(`\na:${hash}\nnocolon\na:${hashSync('y', 4)}\r\n`, 'f')], [['a', hash]]);
  assert.throws(() => parseHtpasswd(`a:${hash.replace('$04$', '$18$')}`, 'f'), /line 1/);
});

test('credentials split at the first colon', () => {
  assert.deepEqual(parseBasic(basic('a', 'b:c')), { user: 'a', password: 'b:c' });
  assert.equal(parseBasic(`Basic ${Buffer.from([0xff, 0x3a]).toString('base64')}`), undefined);
});

test('open paths', () => {
  for (const path of [
    '/',
    '/v1',
    '/v1/',
    '/v1/lookup',
    '/v1/lookup/',
    '/v1/heartbeat/abc-1',
    '/v1/continue_inspection',
    '/v1/lookup.json',
  ]) {
    assert.equal(isOpenPath(path), true, path);
  }
  for (const path of [
    '/v1/nodes',
    '/lookup',
    '/v1/heartbeat',
    '/v1/heartbeat/A_b',
    '/v1/heartbeat/a/b',
    '/v1/lookup/x',
    '//',
    '/wrought/v1/events',
  ]) {
    assert.equal(isOpenPath(path), false, path);
  }
});
