import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRedfishError, type RedfishErrorKind } from '../redfish-error.ts';
import { patientClock, SYSTEM_PATH, scriptedBmc, scriptedClient, TARGET } from '../testing/scripted-bmc.ts';
import type { RetryNote } from './bmc-connection.ts';

const SESSIONS = '/redfish/v1/SessionService/Sessions';
const session = (token: string, id: string) => ({
  status: 201,
  headers: { 'x-auth-token': token, location: `${SESSIONS}/${id}` },
  body: { Id: id },
});
const kind =
  (...wanted: RedfishErrorKind[]) =>
  (error: unknown) => {
    assert.ok(isRedfishError(error, ...wanted), `wanted ${wanted}, got ${error}`);
    assert.ok(!JSON.stringify([error, error.message, error.info]).includes('very-secret-word'));
    return true;
  };

describe('sessions', () => {
  it('logs in once, keeps the token, deletes the session at close', async () => {
    const bmc = scriptedBmc();
    bmc.script('POST', SESSIONS, session('tok-1', 'a'));
    const { client, pool } = scriptedClient(bmc, { target: { authType: 'session' } });
    await client.getSystem();
    await client.getSystem();
    assert.equal(bmc.requests.filter(({ method }) => method === 'POST').length, 1);
    assert.equal(bmc.requests.at(-1)?.headers['x-auth-token'], 'tok-1');
    assert.equal(bmc.requests[0]?.headers.authorization, undefined, 'the service root is asked without credentials');
    await pool.close();
    const last = bmc.requests.at(-1);
    assert.deepEqual([last?.method, last?.path, last?.headers['x-auth-token'], bmc.closed], ['DELETE', `${SESSIONS}/a`, 'tok-1', true]);
  });

  it('logs in again on 401, once, and gives the old session back', async () => {
    const bmc = scriptedBmc();
    bmc.script('POST', SESSIONS, session('tok-1', 'a'), session('tok-2', 'b'), session('tok-3', 'c'));
    const { client } = scriptedClient(bmc, { target: { authType: 'session' } });
    await client.getSystem();
    bmc.script('GET', SYSTEM_PATH, { status: 401 });
    await client.getSystem();
    assert.equal(bmc.requests.at(-1)?.headers['x-auth-token'], 'tok-2');
    assert.ok(bmc.requests.some(({ method, path }) => method === 'DELETE' && path === `${SESSIONS}/a`));
    bmc.script('GET', SYSTEM_PATH, { status: 401 }, { status: 401 });
    await assert.rejects(client.getSystem(), kind('access-denied'));
  });

  it('auto falls back to basic when sessions are refused, and not when the BMC is gone', async () => {
    const bmc = scriptedBmc();
    bmc.script('POST', SESSIONS, { status: 404 });
    const { client } = scriptedClient(bmc, { target: { authType: 'auto' } });
    await client.getSystem();
    await client.getSystem();
    assert.match(bmc.requests.at(-1)?.headers.authorization ?? '', /^Basic /);
    assert.equal(bmc.requests.filter(({ path }) => path === SESSIONS).length, 1);

    const gone = scriptedBmc();
    gone.script('POST', SESSIONS, { lost: 'sent' });
    await assert.rejects(scriptedClient(gone, { target: { authType: 'auto' } }).client.getSystem(), kind('dropped'));
    assert.ok(gone.requests.every(({ headers }) => headers.authorization === undefined));
  });

  it('does not fall back once a session has worked', async () => {
    const bmc = scriptedBmc();
    bmc.script('POST', SESSIONS, session('tok-1', 'a'), { status: 401 });
    const { client } = scriptedClient(bmc, { target: { authType: 'auto' } });
    await client.getSystem();
    bmc.script('GET', SYSTEM_PATH, { status: 401 });
    await assert.rejects(client.getSystem(), kind('access-denied'));
  });

  it('never sends credentials to another host', async () => {
    const bmc = scriptedBmc();
    bmc.resources.set('/redfish/v1/', { Links: { Sessions: { '@odata.id': 'https://evil.example/Sessions' } } });
    bmc.script('POST', SESSIONS, session('t', 'a'));
    const { client } = scriptedClient(bmc, { target: { authType: 'session' } });
    bmc.script('GET', SYSTEM_PATH, { status: 307, headers: { location: 'https://evil.example/x' } });
    await assert.rejects(client.getSystem(), (error) => kind('refused')(error) && /another host/.test(String(error)));
  });

  it('refuses a token that is no header value', async () => {
    const bmc = scriptedBmc();
    bmc.script('POST', SESSIONS, { status: 201, headers: { 'x-auth-token': 'a\u0001b' } });
    await assert.rejects(scriptedClient(bmc, { target: { authType: 'session' } }).client.getSystem(), kind('malformed'));
  });
});

describe('tries', () => {
  it('waits as long as a 503 asks, and tells about it', async () => {
    const bmc = scriptedBmc();
    const clock = patientClock();
    bmc.script('GET', SYSTEM_PATH, { status: 503, headers: { 'retry-after': '7' }, body: { error: { message: 'starting' } } });
    const { client } = scriptedClient(bmc, { clock });
    const notes: RetryNote[] = [];
    await client.getSystem({ onRetry: (note) => notes.push(note) });
    assert.deepEqual(clock.slept, [7000]);
    assert.equal(notes[0]?.error.message, 'BMC 10.0.3.4 answered 503 "starting" (GET /redfish/v1/Systems/1)');
    assert.deepEqual([notes[0]?.attempt, notes[0]?.of], [2, 6]);
  });

  it('bounds what a BMC may ask for', async () => {
    const bmc = scriptedBmc();
    const clock = patientClock();
    bmc.script('GET', SYSTEM_PATH, { status: 503, headers: { 'retry-after': '86400' } });
    await scriptedClient(bmc, { clock, limits: { longestPauseMs: 60_000 } }).client.getSystem();
    assert.deepEqual(clock.slept, [60_000]);
  });

  it('sends reads again after a lost connection, and writes only where they are repeatable', async () => {
    const bmc = scriptedBmc();
    const { client } = scriptedClient(bmc);
    bmc.script('GET', SYSTEM_PATH, { lost: 'sent' }, { lost: 'connect' });
    await client.getSystem();
    bmc.script('PATCH', SYSTEM_PATH, { lost: 'sent' });
    await client.setIndicator('Lit');
    assert.equal(bmc.resources.get(SYSTEM_PATH)?.IndicatorLED, 'Lit');
    const insert = `${SYSTEM_PATH}/VirtualMedia/Cd/Actions/VirtualMedia.InsertMedia`;
    bmc.script('POST', insert, { lost: 'sent' });
    await assert.rejects(client.insertVirtualMedia('CD', { image: 'http://10.0.0.1/x.iso' }), kind('dropped'));
    assert.equal(bmc.requests.filter(({ path }) => path === insert).length, 1);
  });

  it('gives up on a dead BMC after its tries, then fails fast until the breaker closes', async () => {
    const bmc = scriptedBmc();
    const clock = patientClock();
    const { client } = scriptedClient(bmc, { clock });
    bmc.script('GET', SYSTEM_PATH, { lost: 'connect' }, { lost: 'connect' }, { lost: 'connect' });
    await assert.rejects(client.getSystem(), kind('unreachable'));
    assert.equal(bmc.requests.length, 3);
    await assert.rejects(
      client.getSystem(),
      (error) => kind('unreachable')(error) && /3 times in a row.*next try in 1 s/.test(String(error)),
    );
    assert.equal(bmc.requests.length, 3, 'nothing was sent');
    await clock.sleep(1000);
    await client.getSystem();
  });

  it('waits while the machine is in POST, ever longer, and says so in the end', async () => {
    const bmc = scriptedBmc();
    const clock = patientClock();
    const busy = { status: 400, body: { error: { '@Message.ExtendedInfo': [{ MessageId: 'iLO.2.14.UnableToModifyDuringSystemPOST' }] } } };
    bmc.script('PATCH', SYSTEM_PATH, busy, busy);
    await scriptedClient(bmc, { clock }).client.setIndicator('Off');
    assert.deepEqual(clock.slept, [5000, 10_000]);
    const stuck = { status: 409, body: { error: { message: 'POST in progress' } } };
    bmc.script('PATCH', SYSTEM_PATH, ...Array.from({ length: 6 }, () => stuck));
    await assert.rejects(
      scriptedClient(bmc).client.setIndicator('Off'),
      (error) => kind('busy')(error) && /answered 409 "POST in progress"/.test(String(error)),
    );
  });

  it('repeats a POST that the BMC could not take yet, and no other', async () => {
    const bmc = scriptedBmc();
    const path = `${SYSTEM_PATH}/Actions/ComputerSystem.Reset`;
    bmc.script('POST', path, { status: 500, body: { error: { message: 'SYS518: iDRAC is not ready' } } });
    const { client } = scriptedClient(bmc);
    await client.reset('ForceRestart');
    assert.equal(bmc.requests.filter(({ method }) => method === 'POST').length, 2);
    bmc.script('POST', path, { status: 500, body: { error: { message: 'out of coffee' } } });
    await assert.rejects(client.reset('ForceRestart'), kind('failed'));
    assert.equal(bmc.requests.filter(({ method }) => method === 'POST').length, 3);
  });

  it('stops at the signal', async () => {
    const bmc = scriptedBmc();
    const stop = new AbortController();
    bmc.onRequest = () => stop.abort(new Error('lease lost'));
    bmc.script('GET', SYSTEM_PATH, { lost: 'sent' });
    await assert.rejects(scriptedClient(bmc).client.getSystem({ signal: stop.signal }), /lease lost/);
    assert.equal(bmc.requests.length, 1);
  });
});

describe('answers', () => {
  it('names method, path and BMC where the answer is no JSON', async () => {
    const bmc = scriptedBmc();
    bmc.send = async () => ({ status: 200, headers: {}, body: '<html>' });
    await assert.rejects(
      scriptedClient(bmc).client.getSystem(),
      (error) =>
        kind('malformed')(error) &&
        String(error).includes('BMC 10.0.3.4 answered 200 with something that is not JSON (GET /redfish/v1/Systems/1)'),
    );
  });

  it('tries ETags as given, strong, and not at all', async () => {
    const bmc = scriptedBmc();
    const { client } = scriptedClient(bmc);
    bmc.script('GET', SYSTEM_PATH, { status: 200, headers: { etag: 'W/"5"' }, body: bmc.resources.get(SYSTEM_PATH) });
    bmc.script('PATCH', SYSTEM_PATH, { status: 412 }, { status: 412 });
    await client.setIndicator('Lit');
    const tags = bmc.requests.filter(({ method }) => method === 'PATCH').map(({ headers }) => headers['if-match']);
    assert.deepEqual(tags, ['W/"5"', '"5"', undefined]);
  });

  it('asks without identity encoding where the BMC wants that', async () => {
    const bmc = scriptedBmc();
    bmc.script('GET', SYSTEM_PATH, { status: 406 });
    await scriptedClient(bmc).client.getSystem();
    assert.deepEqual(
      bmc.requests.map(({ headers }) => headers['accept-encoding']),
      ['identity', 'gzip'],
    );
  });

  it('follows redirects on the same host', async () => {
    const bmc = scriptedBmc();
    const { client } = scriptedClient(bmc, { target: { systemId: '/redfish/v1/Systems/by-name' } });
    bmc.script('GET', '/redfish/v1/Systems/by-name', { status: 307, headers: { location: SYSTEM_PATH } });
    assert.equal((await client.getSystem()).path, SYSTEM_PATH);
  });
});

describe('pool', () => {
  it('closes what was unused for longest, and opens it again on demand', async () => {
    const bmc = scriptedBmc();
    const { pool, client } = scriptedClient(bmc, { target: { authType: 'session' }, limits: { maxConnections: 1 } });
    bmc.script('POST', SESSIONS, session('t1', 'a'), session('t2', 'b'), session('t3', 'c'));
    await client.getSystem();
    await pool.get({ ...TARGET, authType: 'session', address: 'https://10.0.3.5' }).getSystem();
    assert.ok(bmc.requests.some(({ method, path }) => method === 'DELETE' && path === `${SESSIONS}/a`));
    await client.getSystem();
    assert.equal(bmc.requests.filter(({ path, method }) => path === SESSIONS && method === 'POST').length, 3);
    await pool.close();
  });

  it('finds the only system once, and says what there is when there are more', async () => {
    const bmc = scriptedBmc();
    const { client, pool } = scriptedClient(bmc, { target: { systemId: null } });
    await client.getSystem();
    await pool.get({ ...TARGET, systemId: null }).getSystem();
    assert.equal(bmc.requests.filter(({ path }) => path === '/redfish/v1/Systems').length, 1);
    const two = scriptedBmc();
    two.resources.set('/redfish/v1/Systems', { Members: [{ '@odata.id': '/a' }, { '@odata.id': '/b' }] });
    await assert.rejects(
      scriptedClient(two, { target: { systemId: null } }).client.getSystem(),
      (error) => kind('not-found')(error) && /shows 2 systems and none was named: \/a, \/b/.test(String(error)),
    );
  });

  it('asks once for several questions in a row, and anew after a write or a while', async () => {
    const bmc = scriptedBmc();
    const clock = patientClock();
    const { client } = scriptedClient(bmc, { clock });
    const reads = (): number => bmc.requests.filter(({ method, path }) => method === 'GET' && path === SYSTEM_PATH).length;
    await client.getSystem();
    await client.getRecentSystem();
    await client.getSecureBoot();
    await client.getProcessors();
    assert.equal(reads(), 1);
    await client.setSecureBoot(true);
    await client.getRecentSystem();
    assert.equal(reads(), 2);
    await clock.sleep(4000);
    await client.getRecentSystem();
    assert.equal(reads(), 3);
  });
});
