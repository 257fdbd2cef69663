import { WroughtError } from '../../model/errors.ts';
import { isRedfishError } from '../../protocol/redfish/redfish-error.ts';
import type { InspectInterface, Task } from '../driver.ts';
import { parseRedfishInfo } from '../redfish/parse-redfish-info.ts';
import { REDFISH_PROPERTIES } from '../redfish/redfish-properties.ts';
import { type BmcDeps, withBmc } from '../redfish/with-bmc.ts';
import { refuse } from '../unsupported.ts';
import { addInspectedPorts } from './add-inspected-ports.ts';
import { type HardwareFindings, inventoryFrom, localGigabytes } from './redfish-inventory.ts';
import { withCapability } from './with-capability.ts';

/** Inspection by asking the BMC, without booting anything. */
export function createRedfishInspect(deps: BmcDeps): InspectInterface {
  const { config } = deps;
  return {
    name: 'redfish',
    properties: REDFISH_PROPERTIES,
    steps: [],
    async validate(task) {
      parseRedfishInfo(task.node, config);
    },
    async inspect(task) {
      const found = await withBmc(deps, task, 'inspect', async (bmc, options): Promise<HardwareFindings> => {
        const system = await bmc.getSystem(options);
        return {
          system,
          processors: await orNothing(task, 'processors', bmc.getProcessors(options)),
          interfaces: await orNothing(task, 'network interfaces', bmc.getEthernetInterfaces(options)),
          storage: await orNothing(task, 'storage', bmc.getStorage(options)),
          simpleDevices: await orNothing(task, 'simple storage', bmc.getSimpleStorage(options)),
        };
      });
      if (found.system.problems.length > 0)
        task.log.debug({ node: task.node.uuid, problems: found.system.problems }, 'oddities of the BMC');
      const inventory = inventoryFrom(found);
      await saveProperties(task, found, inventory);
      await addInspectedPorts(
        task,
        config.string('inspector', 'add_ports'),
        inventory.interfaces.map(({ mac_address }) => mac_address),
      );
      const macs = inventory.interfaces.map(({ mac_address }) => mac_address);
      await task.saveInventory({ inventory: { ...inventory }, plugin_data: { macs } });
      return 'done';
    },
    abort: refuse('abort'),
  };
}

/** BMCs link to collections that they do not have: what cannot be read is left out, with a warning. A BMC that is gone is a failure. */
async function orNothing<T>(task: Task, what: string, reading: Promise<readonly T[] | null>): Promise<readonly T[]> {
  try {
    return (await reading) ?? [];
  } catch (error) {
    if (!isRedfishError(error, 'not-found', 'unsupported', 'refused', 'conflict', 'failed', 'malformed')) throw error;
    task.log.warn({ node: task.node.uuid, error: error.message }, `inspection goes on without ${what}`);
    return [];
  }
}

/** @throws INSPECTION_FAILURE when what scheduling needs could not be found out. */
async function saveProperties(task: Task, found: HardwareFindings, inventory: ReturnType<typeof inventoryFrom>): Promise<void> {
  const cpuArch = inventory.cpu.architecture ?? task.node.properties.cpu_arch ?? null;
  const memoryMb = inventory.memory.physical_mb ?? task.node.properties.memory_mb ?? null;
  const missing = [...(cpuArch === null ? ['cpu_arch'] : []), ...(memoryMb === null ? ['memory_mb'] : [])];
  if (missing.length > 0) {
    throw new WroughtError(
      'INSPECTION_FAILURE',
      `node ${task.node.name ?? task.node.uuid}: inspect: the BMC does not tell ${missing.join(' and ')}`,
    );
  }
  const properties = {
    ...task.node.properties,
    cpu_arch: cpuArch,
    memory_mb: memoryMb,
    local_gb: localGigabytes(found),
    ...(inventory.cpu.count === null ? {} : { cpus: inventory.cpu.count }),
  };
  const mode = inventory.boot?.current_boot_mode;
  const capabilities = mode === undefined ? undefined : withCapability(task.node.properties.capabilities, 'boot_mode', mode);
  await task.save({ properties: capabilities === undefined ? properties : { ...properties, capabilities } });
}
