import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, apiFixture, expectStatus, faultString } from './testing/api-fixture.ts';

const UUID = '31111111-2222-4333-8444-555555555555';
const EVENT = { event: 'network.bind_port', port_id: UUID, mac_address: 'de:ad:CA:fe:00:01', status: 'ACTIVE' };

test('network events are checked and taken', async (t) => {
  const api = await apiFixture(t);
  const post = (body: unknown, minor = 115): Promise<Answer> => api.call('POST', '/v1/events', { body, minor });
  const full = { ...EVENT, device_id: UUID, 'binding:host_id': UUID, 'binding:vnic_type': 'baremetal' };
  for (const event of [EVENT, full, { ...full, device_id: null, 'binding:host_id': null, 'binding:vnic_type': null }]) {
    const taken = await post(
      { events: [event, { ...event, event: 'network.unbind_port' }, { ...event, event: 'network.delete_port' }] },
      54,
    );
    expectStatus(taken, 204);
    assert.equal(taken.text, '');
  }
  for (const body of [
    {},
    [],
    { events: [] },
    { events: EVENT },
    { events: [EVENT], more: 1 },
    { events: [{ ...EVENT, event: 'network.paint_port' }] },
    { events: [{ ...EVENT, event: undefined }] },
    { events: [{ ...EVENT, port_id: 'x' }] },
    { events: [{ ...EVENT, status: 5 }] },
    { events: [{ ...EVENT, status: undefined }] },
    { events: [{ ...EVENT, device_id: 'x' }] },
    { events: [{ ...EVENT, 'binding:host_id': 'x' }] },
    { events: [{ ...EVENT, extra: 1 }] },
    { events: [EVENT, 'x'] },
  ]) {
    expectStatus(await post(body), 400);
  }
  assert.match(faultString(await post({ events: [{ ...EVENT, mac_address: 'x' }] })), /mac_address/);
  expectStatus(await post({ events: [EVENT] }, 53), 404);
  expectStatus(await api.get('/v1/events'), 405);
});
