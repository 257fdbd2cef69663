import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualClock } from '../../model/clock.ts';
import { isJsonObject } from '../../model/json.ts';
import { at, quickRack, redfishOf } from '../testing/quick-rack.ts';

/** Every address a body links to. */
function linksOf(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(value)) for (const item of value) linksOf(item, found);
  else if (isJsonObject(value))
    for (const [name, item] of Object.entries(value)) {
      if ((name === '@odata.id' || name === 'Uri' || name === 'TaskMonitor') && typeof item === 'string')
        found.add(item.split('#')[0] ?? '');
      else linksOf(item, found);
    }
  return found;
}

test('every link of the tree leads to a resource that names itself, and nothing is readable without logging in', async () => {
  await using quick = await quickRack(new VirtualClock());
  const redfish = redfishOf(quick.rack.machine(0));
  const seen = new Set<string>();
  const queue = ['/redfish/v1/'];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const answer = await redfish.get(path);
    assert.equal(answer.status, 200, path);
    if (path.startsWith('/redfish/v1/Registries/') && path.endsWith('.json')) continue;
    assert.equal(answer.body['@odata.id'], path);
    assert.match(String(answer.body['@odata.type']), /^#[A-Za-z]+\.([A-Za-z0-9_]+\.)?[A-Za-z]+$/);
    assert.ok(answer.body.Name, path);
    assert.match(answer.headers.get('etag') ?? '', /^"[0-9a-f]+"$/);
    queue.push(...linksOf(answer.body));
    if (path !== '/redfish/v1/') {
      const anonymous = await redfish.call('GET', path, undefined, {});
      assert.equal(anonymous.status, 401, path);
      assert.match(anonymous.headers.get('www-authenticate') ?? '', /^Basic/);
    }
  }
  assert.ok(seen.size > 60, `${seen.size} resources`);
});

test('actions are advertised where they are answered', async () => {
  await using quick = await quickRack(new VirtualClock());
  const redfish = redfishOf(quick.rack.machine(0));
  for (const path of [
    redfish.system,
    '/redfish/v1/Managers/BMC',
    `${redfish.system}/Bios`,
    `${redfish.system}/SecureBoot`,
    `${redfish.system}/VirtualMedia/Cd`,
  ]) {
    const actions = (await redfish.get(path)).body.Actions;
    assert.ok(isJsonObject(actions));
    for (const action of Object.values(actions)) {
      const target = String(at(action, 'target'));
      assert.equal((await redfish.get(target)).status, 405, target);
      assert.equal((await redfish.get(target)).headers.get('allow'), 'POST');
    }
  }
});

test('errors are Redfish errors', async () => {
  await using quick = await quickRack(new VirtualClock());
  const redfish = redfishOf(quick.rack.machine(0));
  const cases: [ReturnType<typeof redfish.get>, number, string, unknown][] = [
    [redfish.get('/redfish/v1/Nowhere'), 404, 'ResourceMissingAtURI', undefined],
    [redfish.get('/redfish/v1/Systems/other'), 404, 'ResourceMissingAtURI', undefined],
    [redfish.get('/redfish/v1/Systems/%zz'), 404, 'ResourceMissingAtURI', undefined],
    [redfish.call('DELETE', redfish.system), 405, 'OperationNotAllowed', undefined],
    [redfish.post(`${redfish.system}/Actions/ComputerSystem.Reset`, {}), 400, 'ActionParameterMissing', ['#/ResetType']],
    [redfish.reset('Explode'), 400, 'ActionParameterValueNotInList', ['#/ResetType']],
    [redfish.reset('ForceRestart'), 409, 'ResourceInUse', undefined],
    [redfish.patch(redfish.system, { Colour: 'red' }), 400, 'PropertyUnknown', ['#/Colour']],
    [redfish.patch(redfish.system, { UUID: 'x' }), 400, 'PropertyNotWritable', ['#/UUID']],
    [
      redfish.patch(redfish.system, { Boot: { BootSourceOverrideTarget: 'Moon' } }),
      400,
      'PropertyValueNotInList',
      ['#/Boot/BootSourceOverrideTarget'],
    ],
    [redfish.patch(redfish.system, { Boot: 7 }), 400, 'PropertyValueTypeError', ['#/Boot']],
    [redfish.patch(redfish.system, { Boot: { BootOrder: ['Boot0001'] } }), 400, 'PropertyValueOutOfRange', ['#/Boot/BootOrder']],
    [redfish.get('/redfish/v1/Systems?$filter=x'), 501, 'QueryNotSupported', undefined],
    [redfish.get('/redfish/v1/Systems?$expand=everything'), 400, 'QueryParameterValueFormatError', undefined],
    [redfish.call('GET', redfish.system, undefined, { 'x-auth-token': 'stale' }), 401, 'NoValidSession', undefined],
  ];
  for (const [pending, status, key, related] of cases) {
    const answer = await pending;
    assert.equal(answer.status, status, key);
    assert.equal(at(answer.body, 'error', 'code'), `Base.1.16.${key}`);
    const info = at(answer.body, 'error', '@Message.ExtendedInfo', 0);
    assert.equal(at(info, 'MessageId'), `Base.1.16.${key}`);
    assert.ok(at(info, 'Message') && at(info, 'Resolution') && at(info, 'MessageSeverity'));
    assert.deepEqual(at(info, 'RelatedProperties'), related);
  }
  const broken = await fetch(new URL(redfish.system, quick.rack.machine(0).address), {
    method: 'PATCH',
    body: '{',
    headers: { authorization: `Basic ${Buffer.from(Object.values(quick.rack.machine(0).plan.credentials).join(':')).toString('base64')}` },
  });
  assert.equal(broken.status, 400);
});

test('nothing of a refused change is kept', async () => {
  await using quick = await quickRack(new VirtualClock());
  const redfish = redfishOf(quick.rack.machine(0));
  const answer = await redfish.patch(redfish.system, { Boot: { BootSourceOverrideTarget: 'Cd', BootSourceOverrideEnabled: 'Sometimes' } });
  assert.equal(answer.status, 400);
  assert.equal(at((await redfish.get(redfish.system)).body, 'Boot', 'BootSourceOverrideTarget'), 'None');
});

test('sessions: login, use, activity, expiry, logout, limit', async () => {
  const clock = new VirtualClock();
  await using quick = await quickRack(clock);
  const machine = quick.rack.machine(0);
  const redfish = redfishOf(machine);
  const { username: UserName, password: Password } = machine.plan.credentials;
  const sessions = '/redfish/v1/SessionService/Sessions';
  assert.equal((await redfish.call('POST', sessions, { UserName, Password: 'wrong' }, {})).status, 401);
  assert.equal((await redfish.call('POST', sessions, { UserName }, {})).status, 400);
  const login = await redfish.call('POST', sessions, { UserName, Password }, {});
  assert.equal(login.status, 201);
  assert.ok(!JSON.stringify(login.body).includes(Password));
  const token = { 'x-auth-token': login.headers.get('x-auth-token') ?? '' };
  const location = login.headers.get('location') ?? '';
  assert.equal((await redfish.call('GET', redfish.system, undefined, token)).status, 200);
  await clock.advance(1_700_000);
  assert.equal((await redfish.call('GET', redfish.system, undefined, token)).status, 200);
  await clock.advance(1_700_000);
  assert.equal((await redfish.call('GET', redfish.system, undefined, token)).status, 200, 'activity prolongs');
  await clock.advance(1_801_000);
  assert.equal((await redfish.call('GET', redfish.system, undefined, token)).status, 401);
  assert.equal((await redfish.get(location)).status, 404);

  const again = await redfish.call('POST', sessions, { UserName, Password }, {});
  assert.equal((await redfish.call('DELETE', again.headers.get('location') ?? '')).status, 204);
  assert.equal(
    (await redfish.call('GET', redfish.system, undefined, { 'x-auth-token': again.headers.get('x-auth-token') ?? '' })).status,
    401,
  );
  for (let slot = 0; slot < 32; slot++) assert.equal((await redfish.call('POST', sessions, { UserName, Password }, {})).status, 201);
  const full = await redfish.call('POST', sessions, { UserName, Password }, {});
  assert.equal(full.status, 503);
  assert.ok(Number(full.headers.get('retry-after')) > 0);
});

test('the password can be changed', async () => {
  await using quick = await quickRack(new VirtualClock());
  const machine = quick.rack.machine(0);
  const redfish = redfishOf(machine);
  assert.equal((await redfish.patch('/redfish/v1/AccountService/Accounts/1', { Password: 'short' })).status, 400);
  assert.equal((await redfish.patch('/redfish/v1/AccountService/Accounts/1', { Password: 'long-enough' })).status, 204);
  assert.equal((await redfish.get(redfish.system)).status, 401);
  assert.equal(quick.rack.describe().machines[0]?.redfish.password, 'long-enough');
});

test('conditional requests: 304, 412, and a tag that survives a power change', async () => {
  const clock = new VirtualClock();
  await using quick = await quickRack(clock);
  const machine = quick.rack.machine(0);
  const redfish = redfishOf(machine);
  const authorization = `Basic ${Buffer.from(Object.values(machine.plan.credentials).join(':')).toString('base64')}`;
  const etag = (await redfish.get(redfish.system)).headers.get('etag') ?? '';
  assert.equal((await redfish.call('GET', redfish.system, undefined, { authorization, 'if-none-match': etag })).status, 304);
  await redfish.reset('On');
  await clock.advance(0);
  assert.equal((await redfish.call('PATCH', redfish.system, { IndicatorLED: 'Lit' }, { authorization, 'if-match': etag })).status, 204);
  assert.equal((await redfish.call('PATCH', redfish.system, { IndicatorLED: 'Off' }, { authorization, 'if-match': etag })).status, 412);
  assert.equal((await redfish.call('PATCH', redfish.system, { IndicatorLED: 'Off' }, { authorization, 'if-match': '*' })).status, 204);
});

test('$expand, $select and only', async () => {
  await using quick = await quickRack(new VirtualClock());
  const redfish = redfishOf(quick.rack.machine(0));
  const expanded = await redfish.get('/redfish/v1/Systems?$expand=.($levels=2)');
  assert.equal(at(expanded.body, 'Members', 0, 'SystemType'), 'Physical');
  assert.equal(at(expanded.body, 'Members', 0, 'Bios', 'AttributeRegistry'), 'BiosAttributeRegistry.v1_0_0');
  assert.deepEqual(at(expanded.body, 'Members', 0, 'Links', 'ManagedBy', 0), { '@odata.id': '/redfish/v1/Managers/BMC' });
  const all = await redfish.get('/redfish/v1/Systems?$expand=*($levels=2)');
  assert.equal(at(all.body, 'Members', 0, 'Links', 'ManagedBy', 0, 'ManagerType'), 'BMC');
  const only = await redfish.get('/redfish/v1/Systems?only');
  assert.equal(only.body.SystemType, 'Physical');
  const selected = await redfish.get(`${redfish.system}?$select=PowerState`);
  assert.deepEqual(
    Object.keys(selected.body).filter((name) => !name.startsWith('@')),
    ['PowerState'],
  );
});

test('BIOS settings wait for a start; refusals name the attribute', async () => {
  const clock = new VirtualClock();
  await using quick = await quickRack(clock);
  const redfish = redfishOf(quick.rack.machine(0));
  const bios = `${redfish.system}/Bios`;
  for (const [Attributes, key] of [
    [{ Nothing: 1 }, 'PropertyUnknown'],
    [{ BoardRevision: 'B' }, 'PropertyNotWritable'],
    [{ ProcTurboMode: 'Perhaps' }, 'PropertyValueNotInList'],
    [{ BootTimeout: '3' }, 'PropertyValueTypeError'],
    [{ BootTimeout: 61 }, 'PropertyValueOutOfRange'],
  ] as const)
    assert.equal(at((await redfish.patch(`${bios}/Settings`, { Attributes })).body, 'error', 'code'), `Base.1.16.${key}`);
  assert.equal((await redfish.patch(`${bios}/Settings`, { Attributes: { ProcTurboMode: 'Disabled', BootTimeout: 9 } })).status, 204);
  assert.equal(at((await redfish.get(bios)).body, 'Attributes', 'ProcTurboMode'), 'Enabled');
  assert.deepEqual((await redfish.get(`${bios}/Settings`)).body.Attributes, { ProcTurboMode: 'Disabled', BootTimeout: 9 });
  await redfish.reset('On');
  await clock.advance(0);
  const applied = (await redfish.get(bios)).body;
  assert.equal(at(applied, 'Attributes', 'ProcTurboMode'), 'Disabled');
  assert.equal(at(applied, 'Attributes', 'BootTimeout'), 9);
  assert.ok(at(applied, '@Redfish.Settings', 'Time'));
  assert.deepEqual((await redfish.get(`${bios}/Settings`)).body.Attributes, {});
  assert.equal((await redfish.post(`${bios}/Actions/Bios.ResetBios`)).status, 204);
  await redfish.reset('ForceRestart');
  await clock.advance(0);
  assert.equal(at((await redfish.get(bios)).body, 'Attributes', 'BootTimeout'), 3);
  const atOnce = { Attributes: { BootTimeout: 5 }, '@Redfish.SettingsApplyTime': { ApplyTime: 'Immediate' } };
  assert.equal((await redfish.patch(`${bios}/Settings`, atOnce)).status, 204);
  assert.equal(at((await redfish.get(bios)).body, 'Attributes', 'BootTimeout'), 5);
});

test('Secure Boot counts from the next start, needs keys and UEFI', async () => {
  const clock = new VirtualClock();
  await using quick = await quickRack(clock);
  const redfish = redfishOf(quick.rack.machine(0));
  const path = `${redfish.system}/SecureBoot`;
  const current = async () => at((await redfish.get(path)).body, 'SecureBootCurrentBoot');
  assert.equal((await redfish.patch(path, { SecureBootEnable: true })).status, 204);
  assert.equal(await current(), 'Disabled');
  await redfish.reset('On');
  await clock.advance(0);
  assert.equal(await current(), 'Enabled');
  await redfish.post(`${path}/Actions/SecureBoot.ResetKeys`, { ResetKeysType: 'DeleteAllKeys' });
  assert.equal(at((await redfish.get(path)).body, 'SecureBootMode'), 'SetupMode');
  await redfish.reset('ForceRestart');
  await clock.advance(0);
  assert.equal(await current(), 'Disabled');
  await redfish.patch(redfish.system, { Boot: { BootSourceOverrideMode: 'Legacy' } });
  assert.equal((await redfish.patch(path, { SecureBootEnable: true })).status, 400);
});

test('virtual media: inserted once, shown below system and manager, ejected', async () => {
  await using quick = await quickRack(new VirtualClock());
  const redfish = redfishOf(quick.rack.machine(0));
  const cd = `${redfish.system}/VirtualMedia/Cd`;
  const insert = (body: Record<string, string | boolean>) => redfish.post(`${cd}/Actions/VirtualMedia.InsertMedia`, body);
  assert.equal((await insert({})).status, 400);
  assert.equal((await insert({ Image: 'ftp://host/x.iso' })).status, 400);
  assert.equal((await insert({ Image: 'http://host/x.iso', Speed: 'fast' })).status, 400);
  assert.equal((await insert({ Image: 'http://host/x.iso', TransferProtocolType: 'HTTPS' })).status, 400);
  assert.equal((await insert({ Image: 'http://host/secret/x.iso?token=1', UserName: 'u', Password: 'hidden' })).status, 204);
  assert.equal((await insert({ Image: 'http://host/y.iso' })).status, 409);
  const shown = (await redfish.get('/redfish/v1/Managers/BMC/VirtualMedia/Cd')).body;
  assert.equal(shown.Inserted, true);
  assert.equal(shown.ImageName, 'x.iso');
  assert.equal(shown.Password, null);
  assert.equal((await redfish.post('/redfish/v1/Managers/BMC/VirtualMedia/Cd/Actions/VirtualMedia.EjectMedia')).status, 204);
  assert.equal((await redfish.get(cd)).body.Inserted, false);
  assert.equal((await redfish.patch(cd, { Image: 'http://host/z.iso', Inserted: true, WriteProtected: true })).status, 204);
  assert.equal((await redfish.get(cd)).body.ImageName, 'z.iso');
  assert.equal((await redfish.patch(cd, { Image: null, Inserted: false })).status, 204);
  assert.equal((await redfish.get(cd)).body.Image, null);
});

test('volumes: at once, at the next start, and refused', async () => {
  const clock = new VirtualClock();
  await using quick = await quickRack(clock, { disks: [{ size: 1 << 20 }, { size: 1 << 20 }, { size: 1 << 20 }] });
  const redfish = redfishOf(quick.rack.machine(0));
  const storage = `${redfish.system}/Storage/RAID.1`;
  const drives = [0, 1, 2].map((slot) => ({ '@odata.id': `${storage}/Drives/Disk.${slot}` }));
  const made = await redfish.post(`${storage}/Volumes`, { RAIDType: 'RAID1', Links: { Drives: drives.slice(0, 2) }, Name: 'root' });
  assert.equal(made.status, 201);
  const volume = (await redfish.get(made.headers.get('location') ?? '')).body;
  assert.equal(volume.CapacityBytes, 1 << 20);
  assert.equal((await redfish.post(`${storage}/Volumes`, { RAIDType: 'RAID5', Links: { Drives: drives } })).status, 400);
  assert.equal((await redfish.post(`${storage}/Volumes`, { RAIDType: 'RAID9', Links: { Drives: drives } })).status, 400);
  const deletion = await redfish.call('DELETE', made.headers.get('location') ?? '');
  assert.equal(deletion.status, 204);
  const later = await redfish.post(`${storage}/Volumes`, {
    RAIDType: 'RAID5',
    Links: { Drives: drives },
    '@Redfish.OperationApplyTime': 'OnReset',
  });
  assert.equal(later.status, 202);
  const monitor = later.headers.get('location') ?? '';
  assert.equal((await redfish.get(monitor)).status, 202);
  await redfish.reset('On');
  await clock.advance(0);
  const done = await redfish.get(monitor);
  assert.equal(done.status, 200);
  assert.equal(done.body.TaskState, 'Completed');
  assert.equal((await redfish.get(`${storage}/Volumes`)).body['Members@odata.count'], 1);
});
