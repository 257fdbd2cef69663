import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Service, startService } from '../../src/cli/serve/start-service.ts';
import { configFrom } from '../../src/config/config-from.ts';
import { silentLogger } from '../../src/config/logger.ts';
import { systemClock } from '../../src/model/clock.ts';

/** The whole service with hardware that is only pretended, on ports of its own; stopped with the test. */
export async function fakeService(t: TestContext): Promise<Service> {
  const dataDir = await mkdtemp(join(tmpdir(), 'wrought-clients-'));
  const config = configFrom({
    'DEFAULT.auth_strategy': 'noauth',
    'DEFAULT.enabled_hardware_types': 'fake-hardware',
    'DEFAULT.enabled_boot_interfaces': 'fake',
    'DEFAULT.enabled_deploy_interfaces': 'fake',
    'DEFAULT.enabled_management_interfaces': 'fake',
    'DEFAULT.enabled_network_interfaces': 'noop',
    'DEFAULT.enabled_power_interfaces': 'fake',
    'DEFAULT.enabled_inspect_interfaces': 'fake,no-inspect',
    'DEFAULT.enabled_raid_interfaces': 'fake,no-raid',
    'DEFAULT.enabled_bios_interfaces': 'fake,no-bios',
    'DEFAULT.enabled_console_interfaces': 'fake,no-console',
    'DEFAULT.enabled_rescue_interfaces': 'fake,no-rescue',
    'DEFAULT.enabled_storage_interfaces': 'noop,fake',
    'DEFAULT.enabled_vendor_interfaces': 'fake,no-vendor',
    'DEFAULT.enabled_firmware_interfaces': 'fake,no-firmware',
    'DEFAULT.default_network_interface': 'noop',
    'api.host_ip': '127.0.0.1',
    'api.port': '0',
    'database.connection': 'sqlite::memory:',
    'wrought.data_dir': dataDir,
  });
  const service = await startService({ config, log: silentLogger, clock: systemClock, hostname: 'clients-host' });
  t.after(async () => {
    await service.stop({ drain: true });
    await rm(dataDir, { recursive: true, force: true });
  });
  return service;
}
