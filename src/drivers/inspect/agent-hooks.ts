import type { Config } from '../../config/config.ts';
import { WroughtError } from '../../model/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { Task } from '../driver.ts';
import { addInspectedPorts } from './add-inspected-ports.ts';
import { type InspectedInterfaces, readInterfaces } from './agent-interfaces.ts';
import { withCapability } from './with-capability.ts';

/** What a hook sees and may change. */
export interface HookRun {
  readonly task: Task;
  readonly config: Config;
  readonly inventory: JsonObject;
  readonly plugin: JsonObject;
  /** Set by validate-interfaces. */
  interfaces: InspectedInterfaces | null;
  /** New values of `properties`, saved when all hooks have run. */
  readonly properties: Record<string, Json>;
}

/** A part of the processing of inspection data; names are the peer's. */
export interface InspectionHook {
  readonly needs?: readonly string[];
  /** Runs for all hooks before any main part; what it throws fails the inspection. */
  preprocess?(run: HookRun): void;
  run?(run: HookRun): Promise<void> | void;
}

const GIB = 1024 ** 3;

export const AGENT_HOOKS: Readonly<Record<string, InspectionHook>> = {
  'ramdisk-error': {
    preprocess({ plugin }) {
      if (typeof plugin.error === 'string' && plugin.error !== '')
        throw new WroughtError('INSPECTION_FAILURE', `the ramdisk reported: ${plugin.error}`);
    },
  },
  'validate-interfaces': {
    preprocess(run) {
      const found = readInterfaces(run.inventory, run.config.string('inspector', 'add_ports'));
      run.interfaces = found;
      run.plugin.all_interfaces = Object.fromEntries(found.all.map((each) => [each.name, each.record]));
      run.plugin.valid_interfaces = Object.fromEntries(found.valid.map((each) => [each.name, each.record]));
      run.plugin.macs = found.valid.map((each) => each.mac);
    },
  },
  ports: {
    needs: ['validate-interfaces'],
    async run({ task, config, interfaces }) {
      if (interfaces === null) return;
      await addInspectedPorts(
        task,
        config.string('inspector', 'add_ports'),
        interfaces.valid.map((each) => each.mac),
      );
      for (const port of task.ports) {
        const found = interfaces.all.find((each) => each.mac === port.address.toLowerCase());
        if (found === undefined) continue;
        const pxe = config.boolean('inspector', 'update_pxe_enabled') && interfaces.pxeKnown && port.pxe_enabled !== found.pxeEnabled;
        const client = found.clientId !== null && port.extra['client-id'] !== found.clientId;
        if (!pxe && !client) continue;
        await task.savePort(port.uuid, {
          ...(pxe ? { pxe_enabled: found.pxeEnabled } : {}),
          ...(client ? { extra: { ...port.extra, 'client-id': found.clientId } } : {}),
        });
      }
    },
  },
  architecture: {
    run({ inventory, properties }) {
      const architecture = object(inventory.cpu).architecture;
      if (typeof architecture !== 'string' || architecture === '')
        throw new WroughtError('INSPECTION_FAILURE', 'the inventory does not tell the CPU architecture (inventory.cpu.architecture)');
      properties.cpu_arch = architecture;
    },
  },
  memory: {
    run({ inventory, properties }) {
      const megabytes = object(inventory.memory).physical_mb;
      if (typeof megabytes !== 'number')
        throw new WroughtError('INSPECTION_FAILURE', 'the inventory does not tell the memory (inventory.memory.physical_mb)');
      properties.memory_mb = megabytes;
    },
  },
  cpus: {
    run({ inventory, properties }) {
      const { count } = object(inventory.cpu);
      if (typeof count === 'number') properties.cpus = count;
    },
  },
  'cpu-capabilities': {
    run({ inventory, properties, config }) {
      const { flags } = object(inventory.cpu);
      if (!Array.isArray(flags)) return;
      for (const [flag, capability] of Object.entries(config.dict('inspector', 'cpu_capabilities')))
        if (flags.includes(flag)) properties.capabilities = withCapability(properties.capabilities, capability, 'true');
    },
  },
  'boot-mode': {
    run({ inventory, properties }) {
      const mode = object(inventory.boot).current_boot_mode;
      if (mode === 'uefi' || mode === 'bios') properties.capabilities = withCapability(properties.capabilities, 'boot_mode', mode);
    },
  },
  'root-device': {
    run({ plugin, properties, config }) {
      const { size } = object(plugin.root_disk);
      if (typeof size !== 'number') return;
      const spare = config.boolean('inspector', 'disk_partitioning_spacing') ? 1 : 0;
      properties.local_gb = Math.max(0, Math.floor(size / GIB) - spare);
      plugin.local_gb = properties.local_gb;
    },
  },
};

/**
 * The hooks to run, in order. The configured ones (`[inspector]hooks`); where nobody configured any, also those that fill in memory, CPUs,
 * disk size and boot mode, which schedulers look at.
 *
 * @throws INVALID_PARAMETER for a hook that is not known or stands before one that it needs.
 */
export function chosenHooks(config: Config): { name: string; hook: InspectionHook }[] {
  const names = config
    .string('inspector', 'hooks')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  if (!config.isSet('inspector', 'hooks') && !config.isSet('inspector', 'default_hooks'))
    names.push('memory', 'cpus', 'boot-mode', 'root-device');
  return names.map((name, index) => {
    const hook = Object.hasOwn(AGENT_HOOKS, name) ? AGENT_HOOKS[name] : undefined;
    if (hook === undefined)
      throw new WroughtError(
        'INVALID_PARAMETER',
        `[inspector]hooks: "${name}" is not built; built are ${Object.keys(AGENT_HOOKS).join(', ')}`,
      );
    const missing = hook.needs?.find((each) => !names.slice(0, index).includes(each));
    if (missing !== undefined) throw new WroughtError('INVALID_PARAMETER', `[inspector]hooks: "${name}" needs "${missing}" before it`);
    return { name, hook };
  });
}

function object(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
