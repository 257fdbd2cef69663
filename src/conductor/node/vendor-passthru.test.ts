import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, hasCode } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import { REQUEST, World } from '../testing/world.ts';

const refused = (code: ErrorCode) => (error: unknown) => hasCode(error, code);

test('vendor methods: result, verb, lease, an error that stays on the node', async () => {
  const world = await World.open({ 'conductor.node_locked_retry_attempts': '1' });
  try {
    await world.start();
    const { conductor, store } = world;
    const uuid = await world.nodeIn('manageable');
    const call = (method: string, args = {}, httpMethod: 'GET' | 'POST' = 'POST'): Promise<{ async: boolean; result: Json }> =>
      conductor.vendorPassthru(REQUEST, uuid, { method, httpMethod, args });
    assert.deepEqual((await conductor.vendorMethods(REQUEST, uuid)).echo, {
      http_methods: ['POST'],
      async: false,
      description: 'Answers its arguments.',
      attach: false,
      require_exclusive_lock: false,
    });
    assert.deepEqual(await call('echo', { a: 1 }), { async: false, result: { a: 1 } });
    assert.deepEqual(await call('echo_alone', { a: 2 }), { async: false, result: { a: 2 } });
    for (const attempt of [() => call('nothing'), () => call('toString'), () => call('echo', {}, 'GET')])
      await assert.rejects(attempt, refused('INVALID_PARAMETER'));
    assert.deepEqual(await call('fail_later'), { async: true, result: null });
    await world.settle();
    const node = await world.node(uuid);
    assert.match(node.last_error ?? '', /^Vendor method fail_later failed: scripted failure/);
    assert.deepEqual([node.provision_state, node.reservation], ['manageable', null]);
    const held = await store.nodes.acquireLease(uuid, { holder: 'c2', purpose: 'work', ttlMs: 60_000 });
    assert.ok('lease' in held);
    await assert.rejects(call('echo_alone'), refused('NODE_LOCKED'));
    assert.deepEqual((await call('echo', { a: 3 })).result, { a: 3 });
  } finally {
    await world.close();
  }
});
