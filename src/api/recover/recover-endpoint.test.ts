import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiFixture } from '../testing/api-fixture.ts';

test('recover: dry by default, confirmed by the body, by name or UUID; what is no such body or node is refused', async (t) => {
  const { app, calls, node } = await apiFixture(t);
  const { uuid } = await node({ name: 'stuck' });
  const post = (ident: string, payload?: string) =>
    app.inject({
      method: 'POST',
      url: `/wrought/v1/nodes/${ident}/recover`,
      ...(payload !== undefined && { payload, headers: { 'content-type': 'application/json' } }),
    });
  assert.equal((await post('stuck')).json().node, uuid);
  assert.equal((await post(uuid, '{"confirm":true}')).statusCode, 200);
  assert.deepEqual(
    calls.filter(({ method }) => method === 'recover').map(({ args }) => args),
    [
      [uuid, false],
      [uuid, true],
    ],
  );
  for (const bad of ['[]', '{"confirm":"yes"}', '{"yes":true}', '{', 'x'.repeat(5000)])
    assert.ok([400, 413].includes((await post(uuid, bad)).statusCode), bad.slice(0, 20));
  const unknown = await post('nobody', '{"confirm":true}');
  assert.deepEqual([unknown.statusCode, unknown.json().error.code], [404, 'NOT_FOUND']);
});

test('recover needs credentials where the API does', async (t) => {
  const { app } = await apiFixture(t, {
    'DEFAULT.auth_strategy': 'http_basic',
    'DEFAULT.http_basic_auth_user_file': '/dev/null',
  });
  assert.equal((await app.inject({ method: 'POST', url: '/wrought/v1/nodes/x/recover' })).statusCode, 401);
});
