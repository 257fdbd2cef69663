import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { fakeConductor } from '../../api/testing/fake-conductor.ts';
import { configFrom } from '../../config/config-from.ts';
import { silentLogger } from '../../config/logger.ts';
import { systemClock, VirtualClock } from '../../model/clock.ts';
import { hasCode, WroughtError } from '../../model/errors.ts';
import { Secret } from '../../model/secret.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import type { ConductorService, RequestContext } from '../conductor-service.ts';
import { rendezvousOrder } from '../rendezvous.ts';
import { createRemoteConductorService, type RemoteConductorService } from './create-remote-conductor-service.ts';
import { RPC_HANDLERS } from './rpc-dispatch.ts';
import { errorFromRpc, rpcErrorOf } from './rpc-error.ts';
import { RPC_METHODS } from './rpc-methods.ts';
import { createSealChecker, isAnswerGenuine, sealAnswer, sealCall } from './rpc-seal.ts';
import { isLoopback, startRpcServer } from './start-rpc-server.ts';

const SECRET = 'a secret of the test';
const context: RequestContext = { requestId: 'req-1', user: 'somebody', project: null };
const closers: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

async function newStore(): Promise<Store> {
  const store = await openStore('sqlite::memory:', { clock: systemClock, log: silentLogger });
  closers.push(() => store.close());
  return store;
}

type Fake = ReturnType<typeof fakeConductor>;

/** A conductor that listens and stands in the register. */
async function member(store: Store, hostname: string, changes: Partial<ConductorService> = {}, secret: string | null = SECRET) {
  const fake: Fake = fakeConductor(store);
  const server = await startRpcServer({
    host: '127.0.0.1',
    port: 0,
    hostname,
    secret: secret === null ? null : new Secret(secret),
    maxBody: 100_000,
    clock: systemClock,
    log: silentLogger,
  });
  closers.push(() => server.close(0));
  server.serve({ ...fake, ...changes });
  const rpc_url = `http://127.0.0.1:${server.port}`;
  await store.conductors.register({ hostname, conductor_group: '', drivers: ['fake-hardware'], rpc_url });
  return { fake, server, rpc_url };
}

async function caller(store: Store, values: Record<string, string> = {}): Promise<RemoteConductorService> {
  const config = configFrom({ 'wrought.rpc_secret': SECRET, ...values });
  const service = await createRemoteConductorService({ store, config, clock: systemClock, log: silentLogger });
  closers.push(() => service.close());
  return service;
}

const node = (store: Store, n: number) =>
  store.nodes.create({ uuid: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, driver: 'fake-hardware' });

test('each call goes to the conductor that its node maps to, with who asks and all values', async () => {
  const store = await newStore();
  const a = await member(store, 'a');
  const b = await member(store, 'b');
  const remote = await caller(store);
  const expected = { a: 0, b: 0 };
  for (let n = 1; n <= 12; n++) {
    const { uuid, conductor_group, driver } = await node(store, n);
    const host = remote.conductorOf({ uuid, conductor_group, driver });
    assert.ok(host === 'a' || host === 'b');
    expected[host]++;
    await remote.setMaintenance(context, uuid, true, `ä "${n}"`);
    assert.equal((await store.nodes.getByUuid(uuid))?.maintenance_reason, `ä "${n}"`);
  }
  assert.ok(expected.a > 0 && expected.b > 0);
  assert.deepEqual([a.fake.calls.length, b.fake.calls.length], [expected.a, expected.b]);
  const made = await remote.createNode(context, { driver: 'fake-hardware', name: 'new', extra: { deep: [{ a: null }] } });
  assert.deepEqual((await store.nodes.getByUuid(made.uuid))?.extra, { deep: [{ a: null }] });
  assert.deepEqual((await remote.drivers())[0]?.hosts, ['a', 'b']);
});

test('errors of the catalogue arrive with code, message, status and hint; what is no such error tells no innards', async () => {
  const store = await newStore();
  await member(store, 'a', {
    destroyNode: () => Promise.reject(new WroughtError('NODE_LOCKED', 'held by somebody', { status: 400 })),
    injectNmi: () => Promise.reject(new Error('password is hunter2')),
  });
  const remote = await caller(store);
  const { uuid } = await node(store, 1);
  await assert.rejects(remote.destroyNode(context, uuid), (error) => {
    assert.ok(hasCode(error, 'NODE_LOCKED'));
    assert.deepEqual([error.message, error.status, error.hint], ['held by somebody', 400, new WroughtError('NODE_LOCKED', '').hint]);
    return true;
  });
  await assert.rejects(remote.injectNmi(context, uuid), (error) => hasCode(error, 'INTERNAL') && !error.message.includes('hunter2'));
  await assert.rejects(remote.injectNmi(context, '00000000-0000-4000-8000-00000000dead'), (error) => hasCode(error, 'NOT_FOUND'));
});

test('nobody lives: TEMPORARY_FAILURE; nobody has the driver: NO_VALID_HOST; a newcomer is found at once', async () => {
  const store = await newStore();
  const remote = await caller(store);
  const { uuid } = await node(store, 1);
  await assert.rejects(
    remote.setTraits(context, uuid, { set: [] }),
    (error) => hasCode(error, 'TEMPORARY_FAILURE') && error.status === 503,
  );
  await new Promise((resolve) => setTimeout(resolve, 600));
  await member(store, 'a');
  await remote.setTraits(context, uuid, { set: ['CUSTOM_A'] });
  const other = await store.nodes.create({ driver: 'ipmi', conductor_group: 'RACK' });
  await assert.rejects(
    remote.setTraits(context, other.uuid, { set: [] }),
    (error) => hasCode(error, 'NO_VALID_HOST') && /supports driver ipmi for conductor group "rack"/.test(error.message),
  );
});

test('a conductor that refuses the connection is passed over; one that breaks off in a change is not, in a question it is', async () => {
  const store = await newStore();
  const { uuid } = await node(store, 1);
  const [first = '', second = ''] = rendezvousOrder(uuid, ['a', 'b']);
  const dead = await member(store, first);
  const next = await member(store, second);
  await dead.server.close(0);
  const remote = await caller(store);
  await remote.setMaintenance(context, uuid, true, null);
  assert.equal(next.fake.calls.length, 1);

  let taken = 0;
  const breaking = createServer((request) => {
    taken++;
    request.resume().on('end', () => request.socket.destroy());
  });
  await new Promise<void>((resolve) => breaking.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => breaking.close(resolve)));
  const address = breaking.address();
  assert.ok(typeof address === 'object' && address);
  const rpc_url = `http://127.0.0.1:${address.port}`;
  await store.conductors.register({ hostname: first, conductor_group: '', drivers: ['fake-hardware'], rpc_url });
  const again = await caller(store);
  await assert.rejects(
    again.setMaintenance(context, uuid, false, null),
    (error) => hasCode(error, 'TEMPORARY_FAILURE') && /may have done it/.test(error.message),
  );
  assert.deepEqual([taken, next.fake.calls.length], [1, 1], 'asked once and nobody else');
  assert.equal(typeof (await again.validate(context, uuid)), 'object');
  assert.equal(taken, 2, 'a question is asked again elsewhere');
});

test('a conductor that stands still: the call ends with its time, and the error names the limit', async () => {
  const store = await newStore();
  const { uuid } = await node(store, 1);
  await member(store, 'a', { injectNmi: () => new Promise(() => {}) });
  const remote = await caller(store, { 'wrought.rpc_timeout': '1' });
  await assert.rejects(
    remote.injectNmi(context, uuid),
    (error) => hasCode(error, 'TEMPORARY_FAILURE') && /no answer within 1 s/.test(error.message),
  );
});

test('a conductor whose heartbeats end: calls that wait for it end too, long before their own limit', async () => {
  const store = await newStore();
  const { uuid } = await node(store, 1);
  await member(store, 'a', { injectNmi: () => new Promise(() => {}) });
  const remote = await caller(store, { 'conductor.heartbeat_interval': '1', 'conductor.heartbeat_timeout': '2' });
  await assert.rejects(
    remote.injectNmi(context, uuid),
    (error) => hasCode(error, 'TEMPORARY_FAILURE') && /not heard of for 2 s/.test(error.message),
  );
});

test('without the secret, with another, for another conductor, or again: refused and nothing done', async () => {
  const store = await newStore();
  const { fake, rpc_url } = await member(store, 'a');
  const { uuid } = await node(store, 1);
  const wrong = await caller(store, { 'wrought.rpc_secret': 'another' });
  await assert.rejects(
    wrong.setMaintenance(context, uuid, true, null),
    (error) => hasCode(error, 'TEMPORARY_FAILURE') && /another \[wrought\]rpc_secret/.test(error.message),
  );
  const body = Buffer.from(
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'setMaintenance', params: { context, uuid, on: true, reason: null } }),
  );
  const post = async (authorization?: string): Promise<number> =>
    (
      await fetch(rpc_url, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      })
    ).status;
  const secret = new Secret(SECRET);
  const now = Date.now();
  assert.equal(await post(), 401);
  assert.equal(await post(sealCall(secret, { host: 'b', body, now }).header), 401);
  assert.equal(await post(sealCall(secret, { host: 'a', body, now: now - 61_000 }).header), 401);
  assert.equal(await post(sealCall(secret, { host: 'a', body: Buffer.from('{}'), now }).header), 401);
  assert.equal(fake.calls.length, 0);
  const good = sealCall(secret, { host: 'a', body, now }).header;
  assert.deepEqual([await post(good), await post(good)], [200, 401]);
  assert.equal(fake.calls.length, 1);
});

test('an answer that another made is not believed', () => {
  const secret = new Secret(SECRET);
  const body = Buffer.from('{}');
  const seal = sealAnswer(secret, 'n', body);
  assert.ok(isAnswerGenuine(secret, { number: 'n', body, seal }));
  for (const other of [
    { number: 'm', body, seal },
    { number: 'n', body: Buffer.from('[]'), seal },
    { number: 'n', body, seal: undefined },
    { number: 'n', body, seal: 'ff' },
  ])
    assert.ok(!isAnswerGenuine(secret, other));
});

test('property: no header that was not made with the secret is taken, and none breaks the check', () => {
  const checker = createSealChecker(new Secret(SECRET), 'a', new VirtualClock());
  const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });
  const near = fc.tuple(fc.nat(), hex, hex).map(([time, a, b]) => `Wrought-HMAC-SHA256 time=${time},number=${a.slice(0, 32)},mac=${b}`);
  fc.assert(fc.property(fc.oneof(fc.string(), near), (header) => 'refused' in checker.check(header, Buffer.alloc(0))));
});

test('without a secret only loopback addresses are listened on', async () => {
  const options = { port: 0, hostname: 'a', secret: null, maxBody: 10, clock: systemClock, log: silentLogger };
  for (const host of ['0.0.0.0', '::', '10.1.2.3', 'example.org'])
    await assert.rejects(
      startRpcServer({ ...options, host }),
      (error) => hasCode(error, 'INVALID_PARAMETER') && /rpc_secret/.test(error.message),
    );
  for (const host of ['127.0.0.1', '127.8.9.1', '::1', 'localhost']) assert.ok(isLoopback(host), host);
  assert.ok(!isLoopback('1270.0.0.1') && !isLoopback('::2'));
});

test('the form of calls: what is no call, no method, no parameters, too long, of another type', async () => {
  const store = await newStore();
  const { fake, rpc_url, server } = await member(store, 'open', {}, null);
  const post = async (body: string, type = 'application/json') => {
    const answer = await fetch(rpc_url, { method: 'POST', body, headers: { 'content-type': type } });
    const said: unknown = await answer.json();
    return { status: answer.status, said: JSON.stringify(said) };
  };
  const call = (method: string, params: unknown) => JSON.stringify({ jsonrpc: '2.0', id: 7, method, params });
  assert.match((await post('{')).said, /-32700/);
  assert.match((await post('[]')).said, /-32600/);
  assert.match((await post(JSON.stringify({ jsonrpc: '2.0', method: 'drivers' }))).said, /-32600/);
  for (const method of ['conductorOf', 'stop', 'constructor', '__proto__', 'toString'])
    assert.match((await post(call(method, { context }))).said, /-32601/);
  for (const params of [undefined, [], {}, { context }, { context, uuid: 5 }, { context, uuid: 'u', more: 1 }, { context: {}, uuid: 'u' }])
    assert.match((await post(call('destroyNode', params))).said, /-32602/, JSON.stringify(params));
  const secret = await post(call('changePower', { context, uuid: 'u', target: 'hunter2', timeoutSeconds: null }));
  assert.match(secret.said, /-32602/);
  assert.ok(!secret.said.includes('hunter2'));
  assert.equal((await post(call('drivers', { context }), 'text/plain')).status, 415);
  assert.equal((await post(' '.repeat(100_001))).status, 413);
  assert.equal((await fetch(rpc_url)).status, 405);
  assert.equal(fake.calls.length, 0);
  const good = await post(call('drivers', { context }));
  assert.match(good.said, /"id":7,"result":\[/);
  await server.close(0);
});

test('every method of the service is on the list or known to stay at home', () => {
  const offered = new Set(Object.keys(RPC_METHODS));
  assert.deepEqual([...offered].sort(), Object.keys(RPC_HANDLERS).sort());
  const store = openStore('sqlite::memory:', { clock: systemClock, log: silentLogger });
  return store.then(async (opened) => {
    const missing = Object.keys(fakeConductor(opened)).filter((name) => !offered.has(name));
    assert.deepEqual(missing.sort(), ['calls', 'conductorOf']);
    await opened.close();
  });
});

test('property: errors survive the way, and nothing that arrives breaks the reader', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (message) => {
      const back = errorFromRpc(JSON.parse(JSON.stringify(rpcErrorOf(new WroughtError('CONFLICT', message)))), 'a');
      return back.code === 'CONFLICT' && back.message === message && back.status === 409;
    }),
  );
  fc.assert(fc.property(fc.jsonValue(), (value) => errorFromRpc(value, 'a') instanceof WroughtError));
});
