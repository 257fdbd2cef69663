/**
 * Records a capture for replay tests: node test/bmc/record-capture.ts OUTPUT. Asks the sushy-tools emulator what the drivers ask a BMC.
 * Credentials are masked in the file.
 */
import { writeFileSync } from 'node:fs';
import { silentLogger } from '../../src/config/logger.ts';
import { systemClock } from '../../src/model/clock.ts';
import { createRedfishPool, DEFAULT_LIMITS } from '../../src/protocol/redfish/create-redfish-pool.ts';
import { isRedfishError } from '../../src/protocol/redfish/redfish-error.ts';
import { createHttpTransport } from '../../src/protocol/redfish/transport/http-transport.ts';
import { type CapturedExchange, recordingTransport } from '../../src/protocol/redfish/transport/record-replay.ts';
import { startSushyEmulator } from './sushy-emulator.ts';

const [output] = process.argv.slice(2);
if (output === undefined) {
  console.error('usage: node test/bmc/record-capture.ts OUTPUT');
  process.exit(2);
}
const emulator = await startSushyEmulator();
const kept: CapturedExchange[] = [];
try {
  const pool = createRedfishPool({
    clock: systemClock,
    log: silentLogger,
    transportFor: (target) => recordingTransport(createHttpTransport(target, DEFAULT_LIMITS), (exchange) => kept.push(exchange)),
  });
  const { address, username, password } = emulator;
  const bmc = pool.get({
    address,
    systemId: null,
    username,
    password,
    verifyCa: true,
    authType: 'auto',
    tlsMinimumVersion: null,
    tlsCiphers: null,
  });
  await bmc.getServiceRoot();
  await bmc.getSystem();
  await bmc.setBootOverride({ target: 'Cd', enabled: 'Once' });
  await bmc.getSystem();
  await bmc.getEthernetInterfaces();
  await bmc.getSecureBoot();
  await bmc.getManagers();
  await bmc.listVirtualMedia();
  try {
    await bmc.getStorage();
  } catch (error) {
    if (!isRedfishError(error)) throw error;
  }
  await pool.close();
} finally {
  await emulator.stop();
}
const portless = JSON.stringify(kept, null, 1).replaceAll(new URL(emulator.address).host, 'bmc.example');
writeFileSync(output, `${portless}\n`);
