import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRedfishError, type RedfishErrorKind } from '../redfish-error.ts';
import { patientClock, type ScriptedBmc, SYSTEM_PATH, scriptedBmc, scriptedClient } from '../testing/scripted-bmc.ts';

const RESET = `${SYSTEM_PATH}/Actions/ComputerSystem.Reset`;
const INSERT = `${SYSTEM_PATH}/VirtualMedia/Cd/Actions/VirtualMedia.InsertMedia`;
const EJECT = `${SYSTEM_PATH}/VirtualMedia/Cd/Actions/VirtualMedia.EjectMedia`;
const CD = `${SYSTEM_PATH}/VirtualMedia/Cd`;
const kind =
  (wanted: RedfishErrorKind, text = /./) =>
  (error: unknown) =>
    isRedfishError(error, wanted) && text.test(error.message);
const said = (id: string, message = '', related: string[] = []) => ({
  error: { code: id, '@Message.ExtendedInfo': [{ MessageId: id, Message: message, RelatedProperties: related }] },
});
const sent = (bmc: ScriptedBmc, method: string, path: string): unknown[] =>
  bmc.requests
    .filter((request) => request.method === method && request.path === path)
    .map(({ body }) => (body === undefined ? null : JSON.parse(body)));

/** Changes members of a resource. */
function set(bmc: ScriptedBmc, path: string, members: Record<string, unknown>): void {
  bmc.resources.set(path, { ...bmc.resources.get(path), ...members });
}

describe('reset', () => {
  it('refuses what the BMC does not offer, and says what it does', async () => {
    await assert.rejects(
      scriptedClient(scriptedBmc()).client.reset('PowerCycle'),
      kind('unsupported', /does not offer reset PowerCycle; offered are On, ForceOff, GracefulShutdown/),
    );
  });

  it('reads the state back when the answer is lost: reached is done', async () => {
    const bmc = scriptedBmc();
    bmc.script('POST', RESET, { lost: 'sent' });
    bmc.onRequest = ({ method }) => method === 'POST' && set(bmc, SYSTEM_PATH, { PowerState: 'PoweringOn' });
    await scriptedClient(bmc).client.reset('On');
    assert.equal(sent(bmc, 'POST', RESET).length, 1);
  });

  it('sends a lost On again when the machine is still off, and a lost restart never', async () => {
    const bmc = scriptedBmc();
    bmc.script('POST', RESET, { lost: 'timeout' });
    await scriptedClient(bmc).client.reset('On');
    assert.equal(sent(bmc, 'POST', RESET).length, 2);
    bmc.script('POST', RESET, { lost: 'sent' });
    await assert.rejects(scriptedClient(bmc).client.reset('ForceRestart'), kind('dropped'));
    assert.equal(sent(bmc, 'POST', RESET).length, 3);
  });

  it('takes a conflict for success when the state is reached', async () => {
    const bmc = scriptedBmc();
    set(bmc, SYSTEM_PATH, { PowerState: 'On' });
    bmc.script('POST', RESET, { status: 409, body: said('Base.1.8.GeneralError', 'already on') });
    await scriptedClient(bmc).client.reset('On');
    bmc.script('POST', RESET, { status: 409, body: said('Base.1.8.GeneralError', 'no way') });
    await assert.rejects(scriptedClient(bmc).client.reset('ForceOff'), kind('conflict', /no way/));
  });

  it('waits while a BMC refuses to power on shortly after power off', async () => {
    const bmc = scriptedBmc();
    const clock = patientClock();
    const conflict = { status: 409, body: said('IDRAC.2.8.ActionParameterValueConflict') };
    bmc.script('POST', RESET, conflict, conflict);
    await scriptedClient(bmc, { clock }).client.reset('On');
    assert.deepEqual(clock.slept, [10_000, 10_000]);
  });
});

describe('boot override', () => {
  it('sends only what changes', async () => {
    const bmc = scriptedBmc();
    const { client } = scriptedClient(bmc);
    await client.setBootOverride({ target: 'Pxe', enabled: 'Once' });
    await client.setBootOverride({ target: 'Hdd', enabled: 'Once', mode: 'UEFI' });
    assert.deepEqual(sent(bmc, 'PATCH', SYSTEM_PATH), [
      { Boot: { BootSourceOverrideTarget: 'Pxe', BootSourceOverrideEnabled: 'Once' } },
      { Boot: { BootSourceOverrideTarget: 'Hdd' } },
    ]);
  });

  it('sends all of it to those that want all, and puts the mode back where it is lost', async () => {
    const ami = scriptedBmc();
    set(ami, SYSTEM_PATH, { Manufacturer: 'AMI' });
    await scriptedClient(ami).client.setBootOverride({ target: 'Cd', enabled: 'Once' });
    assert.deepEqual(sent(ami, 'PATCH', SYSTEM_PATH), [
      { Boot: { BootSourceOverrideTarget: 'Cd', BootSourceOverrideEnabled: 'Once', BootSourceOverrideMode: 'UEFI' } },
    ]);

    const supermicro = scriptedBmc();
    set(supermicro, SYSTEM_PATH, { Manufacturer: 'Supermicro' });
    let patched = 0;
    supermicro.onRequest = ({ method }) => {
      const { Boot } = supermicro.resources.get(SYSTEM_PATH) ?? {};
      if (method === 'PATCH' && ++patched === 1)
        set(supermicro, SYSTEM_PATH, { Boot: { ...(Boot ?? {}), BootSourceOverrideMode: 'Legacy' } });
    };
    await scriptedClient(supermicro).client.setBootOverride({ target: 'Hdd', enabled: 'Continuous' });
    assert.deepEqual(sent(supermicro, 'PATCH', SYSTEM_PATH)[1], { Boot: { BootSourceOverrideMode: 'UEFI' } });
  });

  it('sends to the settings resource what that has', async () => {
    const bmc = scriptedBmc();
    const path = `${SYSTEM_PATH}/Settings`;
    bmc.resources.set(path, { Boot: { BootSourceOverrideTarget: 'None', HttpBootUri: 'http://old/' } });
    set(bmc, SYSTEM_PATH, { '@Redfish.Settings': { SettingsObject: { '@odata.id': path } } });
    await scriptedClient(bmc).client.setBootOverride({ target: 'Cd', enabled: 'Once' });
    assert.deepEqual(sent(bmc, 'PATCH', path), [{ Boot: { BootSourceOverrideTarget: 'Cd', HttpBootUri: null } }]);
    assert.deepEqual(sent(bmc, 'PATCH', SYSTEM_PATH), [{ Boot: { BootSourceOverrideEnabled: 'Once' } }]);
  });

  it('names the targets that are offered', async () => {
    await assert.rejects(
      scriptedClient(scriptedBmc()).client.setBootOverride({ target: 'UefiHttp', enabled: 'Once' }),
      kind('unsupported', /does not offer boot target UefiHttp; offered are None, Pxe, Cd, Hdd, BiosSetup/),
    );
  });
});

describe('virtual media', () => {
  it('ejects what is in, then inserts', async () => {
    const bmc = scriptedBmc();
    set(bmc, CD, { Inserted: true, Image: 'http://old/x.iso' });
    const path = await scriptedClient(bmc).client.insertVirtualMedia('CD', { image: 'http://10.0.0.1/x.iso' });
    assert.equal(path, CD);
    assert.deepEqual(
      bmc.requests.filter(({ method }) => method === 'POST').map(({ path }) => path),
      [EJECT, INSERT],
    );
    assert.deepEqual(sent(bmc, 'POST', INSERT), [{ Image: 'http://10.0.0.1/x.iso' }]);
  });

  it('adds what a BMC asks for, step by step', async () => {
    const bmc = scriptedBmc();
    bmc.script(
      'POST',
      INSERT,
      { status: 400, body: said('Base.1.5.ActionParameterMissing', 'missing', ['#/TransferProtocolType']) },
      { status: 400, body: said('Base.1.5.GeneralError', 'TransferMethod is needed') },
      { status: 400, body: said('Base.1.5.ActionParameterMissing', 'UserName is missing') },
    );
    await scriptedClient(bmc).client.insertVirtualMedia('CD', { image: 'https://10.0.0.1/x.iso' });
    assert.deepEqual(sent(bmc, 'POST', INSERT).at(-1), {
      Image: 'https://10.0.0.1/x.iso',
      TransferProtocolType: 'HTTPS',
      TransferMethod: 'Stream',
      UserName: 'none',
      Password: 'none',
    });
  });

  it('stops adding when nothing new is asked for', async () => {
    const bmc = scriptedBmc();
    bmc.script(
      'POST',
      INSERT,
      ...Array.from({ length: 9 }, () => ({ status: 400, body: said('Base.1.5.PropertyMissing', 'x', ['/TransferProtocolType']) })),
    );
    await assert.rejects(scriptedClient(bmc).client.insertVirtualMedia('CD', { image: 'http://a/x.iso' }), kind('refused'));
    assert.equal(sent(bmc, 'POST', INSERT).length, 2);
  });

  it('writes the resource where the actions are missing', async () => {
    const bmc = scriptedBmc();
    set(bmc, CD, { Actions: undefined });
    const drive = { status: 200, headers: { allow: 'GET, PATCH', etag: '"9"' }, body: { Id: 'Cd', MediaTypes: ['DVD'] } };
    bmc.script('GET', CD, drive);
    await scriptedClient(bmc).client.insertVirtualMedia('CD', { image: 'http://a/x.iso' });
    assert.deepEqual(sent(bmc, 'PATCH', CD), [{ Image: 'http://a/x.iso', Inserted: true, WriteProtected: true }]);
    assert.equal(bmc.requests.at(-1)?.headers['if-match'], '"9"');
  });

  it('finds drives of managers, skips slots that refuse, and reports the first refusal', async () => {
    const bmc = scriptedBmc();
    set(bmc, SYSTEM_PATH, { VirtualMedia: undefined });
    const slot = (name: string): Record<string, unknown> => ({
      MediaTypes: ['CD'],
      Actions: { '#VirtualMedia.InsertMedia': { target: `/m/${name}/insert` } },
    });
    bmc.resources.set('/redfish/v1/Managers/1/VirtualMedia', { Members: [{ '@odata.id': '/m/kvm' }, { '@odata.id': '/m/cd' }] });
    bmc.resources.set('/m/kvm', slot('kvm'));
    bmc.resources.set('/m/cd', slot('cd'));
    bmc.script('POST', '/m/kvm/insert', { status: 405 }, { status: 405 });
    assert.equal(await scriptedClient(bmc).client.insertVirtualMedia('CD', { image: 'http://a/x' }), '/m/cd');
    bmc.script('POST', '/m/cd/insert', { status: 400, body: said('Base.1.0.PropertyValueFormatError', 'bad') });
    await assert.rejects(scriptedClient(bmc).client.insertVirtualMedia('CD', { image: 'http://a/x' }), kind('unsupported', /405/));
  });

  it('asks what is in the drive when the answer to an insertion is lost', async () => {
    const bmc = scriptedBmc();
    bmc.script('POST', INSERT, { lost: 'timeout' });
    bmc.onRequest = ({ path }) => path === INSERT && set(bmc, CD, { Inserted: true, Image: 'http://a/x.iso' });
    await scriptedClient(bmc).client.insertVirtualMedia('CD', { image: 'http://a/x.iso' });
    assert.equal(sent(bmc, 'POST', INSERT).length, 1);
  });

  it('ejects with an empty object where no body is refused, and forgives when nothing is in', async () => {
    const bmc = scriptedBmc();
    set(bmc, CD, { Inserted: true, Image: 'http://a/x.iso' });
    bmc.script('POST', EJECT, { status: 415 });
    await scriptedClient(bmc).client.ejectVirtualMedia(['CD']);
    assert.deepEqual(sent(bmc, 'POST', EJECT), [null, {}]);
    bmc.script('POST', EJECT, { status: 500 });
    await assert.rejects(scriptedClient(bmc).client.ejectVirtualMedia(), kind('failed'));
    bmc.script('POST', EJECT, { status: 409 });
    bmc.onRequest = ({ path }) => path === EJECT && set(bmc, CD, { Inserted: false });
    await scriptedClient(bmc).client.ejectVirtualMedia();
  });

  it('follows a task to its end', async () => {
    const bmc = scriptedBmc();
    const task = '/redfish/v1/TaskService/Tasks/7';
    bmc.script('POST', INSERT, { status: 202, headers: { location: task } });
    bmc.script(
      'GET',
      task,
      { status: 202, body: { TaskState: 'Running' } },
      { status: 200, body: { TaskState: 'Completed', TaskStatus: 'OK' } },
    );
    await scriptedClient(bmc).client.insertVirtualMedia('CD', { image: 'http://a/x.iso' });
    bmc.script('POST', INSERT, { status: 202, headers: { location: task } });
    bmc.script('GET', task, { status: 200, body: { TaskState: 'Exception', Messages: [{ Message: 'no such file' }] } });
    await assert.rejects(
      scriptedClient(bmc).client.insertVirtualMedia('CD', { image: 'http://a/x.iso' }),
      kind('failed', /Exception: no such file/),
    );
  });
});
