import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { systemClock } from '../../model/clock.ts';
import { at, nextEvent, quickRack, redfishOf } from '../testing/quick-rack.ts';
import { serveBytes } from '../testing/serve-bytes.ts';

test('events of a power change are delivered to their subscribers, with the headers they asked for', async () => {
  const received: { path: string | undefined; secret: string | string[] | undefined; body: unknown }[] = [];
  let hear: () => void = () => {};
  const heard = new Promise<void>((resolve) => {
    hear = resolve;
  });
  const listener = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ path: request.url, secret: request.headers['x-secret'], body: JSON.parse(Buffer.concat(chunks).toString()) });
      response.writeHead(204).end();
      if (received.length === 2) hear();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const bound = listener.address();
  assert.ok(bound !== null && typeof bound !== 'string');
  try {
    await using quick = await quickRack(systemClock);
    const redfish = redfishOf(quick.rack.machine(0));
    const subscriptions = '/redfish/v1/EventService/Subscriptions';
    const made = await redfish.post(subscriptions, {
      Destination: `http://127.0.0.1:${bound.port}/here`,
      Context: 'mine',
      EventTypes: ['StatusChange'],
      HttpHeaders: [{ 'X-Secret': 'hidden' }],
    });
    assert.equal(made.status, 201);
    const location = made.headers.get('location') ?? '';
    assert.ok(!JSON.stringify((await redfish.get(location)).body).includes('hidden'));
    await redfish.reset('On');
    await heard;
    assert.deepEqual(
      received.map(({ path, secret }) => [path, secret]),
      [
        ['/here', 'hidden'],
        ['/here', 'hidden'],
      ],
    );
    assert.deepEqual(received.map(({ body }) => at(body, 'Events', 0, 'Message')).sort(), ['power state On', 'power state PoweringOn']);
    assert.equal(at(received[0]?.body, 'Context'), 'mine');
    assert.equal((await redfish.call('DELETE', location)).status, 204);
    assert.equal((await redfish.get(location)).status, 404);
    assert.equal((await redfish.post(subscriptions, { Destination: 'mailto:me' })).status, 400);
    assert.equal((await redfish.post(subscriptions, { Destination: 'http://x/', EventTypes: ['Gossip'] })).status, 400);
  } finally {
    listener.closeAllConnections();
    await new Promise<void>((resolve) => listener.close(() => resolve()));
  }
});

test('firmware updates: the BMC at once, the BIOS at the next start', async () => {
  await using server = await serveBytes({ '/firmware.bin': Buffer.from('firmware') });
  await using quick = await quickRack(systemClock);
  const { rack } = quick;
  const redfish = redfishOf(rack.machine(0));
  const update = async (target: string): Promise<string> => {
    const answer = await redfish.post('/redfish/v1/UpdateService/Actions/UpdateService.SimpleUpdate', {
      ImageURI: `${server.url}/firmware.bin`,
      TransferProtocol: 'HTTP',
      Targets: [target],
    });
    assert.equal(answer.status, 202);
    return answer.headers.get('location') ?? '';
  };
  const bmcDone = nextEvent(rack, ({ message }) => message.startsWith('update of bmc done'));
  const monitor = await update('/redfish/v1/Managers/BMC');
  await bmcDone;
  assert.equal((await redfish.get(monitor)).body.TaskState, 'Completed');
  assert.equal((await redfish.get('/redfish/v1/Managers/BMC')).body.FirmwareVersion, '2.32.0');

  const fetched = nextEvent(rack, ({ message }) => message.startsWith('update of bios waits'));
  const biosMonitor = await update(redfish.system);
  await fetched;
  assert.equal((await redfish.get(biosMonitor)).status, 202);
  assert.equal((await redfish.get(redfish.system)).body.BiosVersion, '1.4.0');
  const done = nextEvent(rack, ({ message }) => message.startsWith('update of bios done'));
  await redfish.reset('On');
  await done;
  assert.equal((await redfish.get(biosMonitor)).body.TaskState, 'Completed');
  assert.equal((await redfish.get(redfish.system)).body.BiosVersion, '1.5.0');
  assert.equal(
    (
      await redfish.post('/redfish/v1/UpdateService/Actions/UpdateService.SimpleUpdate', {
        ImageURI: `${server.url}/firmware.bin`,
        Targets: ['/elsewhere'],
      })
    ).status,
    400,
  );
});

test('the console tells what happened, and can be cleared', async () => {
  await using quick = await quickRack(systemClock);
  const redfish = redfishOf(quick.rack.machine(0));
  const booted = nextEvent(quick.rack, ({ kind, data }) => kind === 'boot' && data?.from !== undefined);
  await redfish.reset('On');
  await booted;
  const entries = `${redfish.system}/LogServices/Console/Entries`;
  const { body } = await redfish.get(entries);
  assert.ok(Array.isArray(body.Members));
  assert.match(JSON.stringify(body.Members.map((entry) => at(entry, 'Message'))), /nothing bootable was found/);
  assert.equal((await redfish.get(String(at(body.Members, 0, '@odata.id')))).status, 200);
  assert.equal((await redfish.post(`${redfish.system}/LogServices/Console/Actions/LogService.ClearLog`)).status, 204);
  assert.equal((await redfish.get(entries)).body['Members@odata.count'], 0);
});
