import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { silentLogger } from '../../../config/logger.ts';
import { createRedfishPool } from '../create-redfish-pool.ts';
import { isRedfishError } from '../redfish-error.ts';
import { patientClock, TARGET } from '../testing/scripted-bmc.ts';
import { parseCapture, replayTransport } from './record-replay.ts';

const FILE = new URL('../../../../test/data/redfish/sushy-tools-2.2.0.json', import.meta.url);

describe('capture of sushy-tools', () => {
  it('replays as it went, with nothing asked that was not recorded', async () => {
    const transport = replayTransport(parseCapture(JSON.parse(readFileSync(FILE, 'utf8'))));
    const pool = createRedfishPool({ clock: patientClock(), log: silentLogger, transportFor: () => transport });
    const bmc = pool.get({ ...TARGET, systemId: null, authType: 'auto' });
    const root = await bmc.getServiceRoot();
    assert.equal(root.redfishVersion, '1.5.0');
    const system = await bmc.getSystem();
    assert.deepEqual([system.powerState, system.boot.target, system.manufacturer, system.problems], ['Off', 'Hdd', 'Sushy Emulator', []]);
    await bmc.setBootOverride({ target: 'Cd', enabled: 'Once' });
    assert.equal((await bmc.getSystem()).boot.target, 'Cd');
    assert.deepEqual(
      (await bmc.getEthernetInterfaces())?.map(({ macAddress }) => macAddress),
      ['00:5c:52:31:3a:9c'],
    );
    assert.equal((await bmc.getSecureBoot()).enabled, false);
    assert.equal((await bmc.getManagers()).length, 1);
    assert.deepEqual(
      (await bmc.listVirtualMedia()).map(({ id }) => id),
      ['Cd', 'Floppy'],
    );
    await assert.rejects(
      bmc.getStorage(),
      (error) => isRedfishError(error, 'failed') && /Error finding storage collection/.test(error.message),
    );
    assert.deepEqual(transport.unknown, []);
  });
});
