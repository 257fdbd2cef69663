import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { silentLogger } from '../config/logger.ts';
import { VirtualClock } from '../model/clock.ts';
import { openStore } from '../store/open-store.ts';
import { Membership } from './membership.ts';
import { rendezvous } from './rendezvous.ts';

test('property: a candidate that goes moves only its own keys', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 8 }), fc.uuid(), (hosts, key) => {
      const before = rendezvous(key, hosts);
      for (const gone of hosts.filter((host) => host !== before)) {
        assert.equal(
          rendezvous(
            key,
            hosts.filter((host) => host !== gone),
          ),
          before,
        );
      }
      assert.equal(rendezvous(key, [...hosts].reverse()), before);
    }),
  );
});

test('keys spread evenly', () => {
  const hosts = ['conductor-1', 'conductor-2', 'conductor-3', 'conductor-4'];
  const counts = new Map<string | null, number>();
  for (let i = 0; i < 4000; i++) {
    const host = rendezvous(`00000000-0000-4000-8000-${String(i).padStart(12, '0')}`, hosts);
    counts.set(host, (counts.get(host) ?? 0) + 1);
  }
  for (const host of hosts) assert.ok(Math.abs((counts.get(host) ?? 0) - 1000) < 200, `${host}: ${counts.get(host)}`);
  assert.equal(rendezvous('x', []), null);
});

test('members come and go: placement by group and driver, silence, leaving, a record removed by hand', async () => {
  const clock = new VirtualClock();
  const store = await openStore('sqlite::memory:', { clock, log: silentLogger });
  const member = (hostname: string, group: string, drivers: string[]) =>
    new Membership({ store, clock, log: silentLogger, hostname, group, drivers, intervalMs: 10_000, timeoutMs: 60_000 });
  const a = member('a', '', ['redfish']);
  const b = member('b', 'rack1', ['redfish', 'ipmi']);
  await a.join();
  await b.join();
  await a.refresh();
  const node = (conductor_group: string, driver: string) => ({ uuid: '00000000-0000-4000-8000-000000000001', conductor_group, driver });
  assert.equal(a.conductorOf(node('', 'redfish')), 'a');
  assert.equal(a.conductorOf(node('RACK1', 'redfish')), 'b');
  assert.equal(a.conductorOf(node('', 'ipmi')), null);
  assert.equal(
    Number(a.mayRecover(node('', 'ipmi'))) + Number(b.mayRecover(node('', 'ipmi'))),
    1,
    'one of all recovers what nobody drives',
  );
  await store.conductors.delete('a');
  await clock.advance(10_001);
  assert.ok(await store.conductors.get('a'));
  await b.leave();
  await clock.advance(10_001);
  assert.equal(a.conductorOf(node('rack1', 'redfish')), null);
  await a.leave();
  await store.close();
});
