/** A driver registry whose one hardware type, `scripted`, does what its machines' scripts say. */
import type {
  DeployInterface,
  DriverStep,
  InBand,
  InspectInterface,
  InterfaceOfKind,
  ManagementInterface,
  NodeDriver,
  PowerInterface,
  RescueInterface,
  Task,
  VendorInterface,
  VendorMethod,
} from '../../drivers/driver.ts';
import type { DriverRegistry } from '../../drivers/driver-registry.ts';
import { WroughtError } from '../../model/errors.ts';
import { type InterfaceKind, perKind } from '../../model/interface-kind.ts';
import type { StepKind, StepSpec } from '../../model/step.ts';
import { REQUEST_KEY } from '../steps/flow.ts';
import type { ScriptedMachine } from './scripted-machine.ts';

export const SCRIPTED = 'scripted';

export type Machines = ReadonlyMap<string, ScriptedMachine>;

const base = { name: SCRIPTED, properties: {}, steps: [] as readonly DriverStep[] };

/** Steps that the scripted agent offers, by kind. */
export const IN_BAND: Readonly<Record<StepKind, readonly StepSpec[]>> = {
  verify: [],
  clean: [
    inBandStep('erase_devices_metadata', 99, { destroys_data: true }),
    inBandStep('update_nic', 50, { destroys_data: false, reboot_requested: true }),
    inBandStep('erase_devices', 10, { destroys_data: true, abortable: true }),
    inBandStep('burnin_cpu', 0, { destroys_data: false, abortable: true }),
  ],
  deploy: [inBandStep('apply_settings', 70, { destroys_data: false })],
  service: [inBandStep('burnin_cpu', 0, { destroys_data: false, abortable: true })],
};

function inBandStep(step: string, priority: number, more: Partial<StepSpec>): StepSpec {
  return { interface: 'deploy', step, priority, argsinfo: null, abortable: false, requires_ramdisk: true, ...more };
}

export function createScriptedRegistry(machines: Machines): DriverRegistry {
  const driver = scriptedDriver(machines);
  return {
    hardwareTypes: new Map([[SCRIPTED, { name: SCRIPTED, supports: perKind(() => [SCRIPTED]) }]]),
    enabledFor: (type) => (type === SCRIPTED ? [SCRIPTED] : []),
    defaultFor: (type) => (type === SCRIPTED ? SCRIPTED : null),
    get<K extends InterfaceKind>(kind: K, name: string): InterfaceOfKind[K] | undefined {
      const all: InterfaceOfKind = driver;
      return name === SCRIPTED ? all[kind] : undefined;
    },
    chooseInterfaces(_type, given) {
      for (const [kind, name] of Object.entries(given)) {
        if (name !== SCRIPTED) throw new WroughtError('INTERFACE_NOT_FOUND', `Could not find the interface ${name} of kind ${kind}.`);
      }
      return perKind(() => SCRIPTED);
    },
    compose(node) {
      if (node.driver !== SCRIPTED) throw new WroughtError('INTERFACE_NOT_FOUND', `driver ${node.driver} is not enabled`);
      return driver;
    },
    properties: () => ({}),
  };
}

function scriptedDriver(machines: Machines): NodeDriver {
  const of = (task: Task): ScriptedMachine => {
    const machine = machines.get(task.node.uuid);
    if (!machine) throw new Error(`no machine for node ${task.node.uuid}`);
    return machine;
  };
  const call = (name: string) => async (task: Task) => of(task).call(name);
  const plain = <T extends InterfaceKind>(kind: T) => ({ ...base, validate: call(`${kind}.validate`) });
  return {
    power: scriptedPower(of),
    management: scriptedManagement(of),
    deploy: scriptedDeploy(of),
    inspect: scriptedInspect(of),
    rescue: scriptedRescue(of),
    boot: {
      ...plain('boot'),
      capabilities: [],
      prepareRamdisk: call('boot.prepareRamdisk'),
      cleanUpRamdisk: call('boot.cleanUpRamdisk'),
      prepareInstance: call('boot.prepareInstance'),
      cleanUpInstance: call('boot.cleanUpInstance'),
      validateInspection: call('boot.validateInspection'),
      validateRescue: call('boot.validateRescue'),
    },
    network: {
      ...plain('network'),
      addNetwork: call('network.add'),
      removeNetwork: call('network.remove'),
      configureTenantNetworks: call('network.configureTenant'),
      unconfigureTenantNetworks: call('network.unconfigureTenant'),
      vifList: async () => [],
      vifAttach: call('network.vifAttach'),
      vifDetach: call('network.vifDetach'),
    },
    raid: { ...plain('raid'), logicalDiskProperties: {}, validateConfig: call('raid.validateConfig') },
    bios: { ...plain('bios'), cacheSettings: call('bios.cache') },
    firmware: { ...plain('firmware'), cacheComponents: call('firmware.cache') },
    storage: {
      ...plain('storage'),
      attachVolumes: call('storage.attach'),
      detachVolumes: call('storage.detach'),
      shouldWriteImage: () => true,
    },
    console: {
      ...plain('console'),
      start: call('console.start'),
      stop: call('console.stop'),
      getConsole: async () => ({ type: 'none', url: '' }),
    },
    vendor: { ...plain('vendor'), methods: scriptedVendorMethods() },
  };
}

type Of = (task: Task) => ScriptedMachine;

function scriptedVendorMethods(): VendorInterface['methods'] {
  const echo: VendorMethod = {
    httpMethods: ['POST'],
    async: false,
    attach: false,
    description: 'Answers its arguments.',
    requireExclusiveLock: false,
    run: async (_task, _method, args) => args,
  };
  const fail = async (): Promise<never> => {
    throw new WroughtError('BMC_REFUSED', 'scripted failure of a vendor method');
  };
  return { echo, echo_alone: { ...echo, requireExclusiveLock: true }, fail_later: { ...echo, async: true, run: fail } };
}

function scriptedPower(of: Of): PowerInterface {
  return {
    ...base,
    validate: async (task) => of(task).call('power.validate'),
    supportedPowerStates: ['power on', 'power off', 'rebooting', 'soft rebooting', 'soft power off'],
    supportsPowerSync: true,
    async getPowerState(task) {
      await of(task).call('power.get');
      return of(task).power;
    },
    async setPowerState(task, target) {
      await of(task).call('power.set');
      of(task).setPower(target);
    },
  };
}

function scriptedManagement(of: Of): ManagementInterface {
  return {
    ...base,
    steps: [
      driverStep(of, 'verify', 'management.check', { priority: 10 }),
      driverStep(of, 'clean', 'management.reset_clock', { priority: 0, requires_ramdisk: false }),
      driverStep(of, 'service', 'management.reset_clock', { priority: 0, requires_ramdisk: false }),
      driverStep(of, 'service', 'management.once_only', { priority: 0, requires_ramdisk: false, rerun: 'never' }),
    ],
    validate: async (task) => of(task).call('management.validate'),
    supportedBootDevices: async () => ['pxe', 'disk'],
    getBootDevice: async () => ({ boot_device: 'disk', persistent: true }),
    setBootDevice: async (task) => of(task).call('management.setBootDevice'),
    supportedBootModes: async () => ['uefi'],
    getBootMode: async () => 'uefi',
    setBootMode: async (task) => of(task).call('management.setBootMode'),
    getSecureBoot: async () => false,
    setSecureBoot: async (task) => of(task).call('management.setSecureBoot'),
    injectNmi: async (task) => of(task).call('management.nmi'),
    detectVendor: async () => null,
    getHealth: async () => null,
    getMacAddresses: async () => [],
  };
}

/** @param name `interface.step`. */
function driverStep(
  of: Of,
  kind: StepKind,
  name: string,
  more: Partial<DriverStep>,
  act: (task: Task) => Promise<'done' | 'wait'> = async () => 'done',
): DriverStep {
  return {
    kind,
    step: name.slice(name.indexOf('.') + 1),
    priority: 0,
    argsinfo: null,
    abortable: true,
    requires_ramdisk: true,
    destroysData: false,
    rerun: 'safe',
    deadlineSeconds: 600,
    stallHint: 'Look at the script.',
    async run(task) {
      await of(task).call(name);
      return act(task);
    },
    ...more,
  };
}

function scriptedDeploy(of: Of): DeployInterface {
  const bootRamdisk = async (task: Task, name: string): Promise<'wait'> => {
    await of(task).call(name);
    of(task).media = 'ramdisk';
    await task.power('rebooting');
    return 'wait';
  };
  const clearUp = async (task: Task, name: string): Promise<void> => {
    await of(task).call(name);
    of(task).media = null;
    await task.power('power off');
  };
  return {
    ...base,
    steps: [
      driverStep(of, 'deploy', 'deploy.deploy', { priority: 100, requires_ramdisk: false }, (task) => bootRamdisk(task, 'deploy.boot')),
      driverStep(of, 'deploy', 'deploy.write_image', { priority: 80, destroysData: true, rerun: 'never' }, async (task) => {
        noteRun(of, task, 'deploy.write_image');
        of(task).startCommand('deploy.write_image');
        return 'wait';
      }),
      driverStep(of, 'deploy', 'deploy.boot_instance', { priority: 20 }, async (task) => {
        of(task).media = null;
        await task.power('rebooting');
        return 'done';
      }),
    ],
    validate: async (task) => of(task).call('deploy.validate'),
    prepare: async (task) => of(task).call('deploy.prepare'),
    async cleanUp(task) {
      await of(task).call('deploy.cleanUp');
      of(task).media = null;
    },
    tearDown: (task) => clearUp(task, 'deploy.tearDown'),
    takeOver: async (task) => of(task).call('deploy.takeOver'),
    prepareCleaning: (task) => bootRamdisk(task, 'deploy.prepareCleaning'),
    tearDownCleaning: (task) => clearUp(task, 'deploy.tearDownCleaning'),
    prepareService: (task) => bootRamdisk(task, 'deploy.prepareService'),
    async tearDownService(task) {
      await of(task).call('deploy.tearDownService');
      of(task).media = null;
      await task.power('rebooting');
    },
    inBand: scriptedInBand(of),
  };
}

function noteRun(of: Of, task: Task, step: string): void {
  of(task).noteDestruction(String(task.node.driver_internal_info[REQUEST_KEY]), step);
}

function scriptedInBand(of: Of): InBand {
  return {
    async getSteps(task, kind) {
      await of(task).call('agent.getSteps');
      of(task).reach();
      return [...IN_BAND[kind]];
    },
    async startStep(task, kind, step) {
      await of(task).call('agent.startStep');
      const name = `${step.interface}.${step.step}`;
      of(task).startCommand(name);
      if (step.destroys_data) noteRun(of, task, `${kind}:${name}`);
    },
    async pollStep(task, _kind, step) {
      await of(task).call('agent.pollStep');
      const last = of(task).reach().commands.at(-1);
      if (!last || last.name !== `${step.interface}.${step.step}`) return { status: 'unknown' };
      if (last.state === 'running') return { status: 'running', progress: { done: 1, total: 4 } };
      return last.state === 'failed' ? { status: 'failed', error: 'scripted failure at the agent' } : { status: 'succeeded', result: {} };
    },
    finishStep: async (task) => of(task).call('agent.finishStep'),
    collectLogs: async (task) => of(task).call('agent.collectLogs'),
  };
}

function scriptedInspect(of: Of): InspectInterface {
  return {
    ...base,
    validate: async (task) => of(task).call('inspect.validate'),
    async inspect(task) {
      await of(task).call('inspect.inspect');
      return 'wait';
    },
    abort: async (task) => of(task).call('inspect.abort'),
    continueInspection: async (task, inventory, plugin_data) => {
      await of(task).call('inspect.continue');
      await task.saveInventory({ inventory, plugin_data });
    },
  };
}

function scriptedRescue(of: Of): RescueInterface {
  return {
    ...base,
    validate: async (task) => of(task).call('rescue.validate'),
    async rescue(task) {
      await of(task).call('rescue.rescue');
      of(task).media = 'ramdisk';
      await task.power('rebooting');
      return 'wait';
    },
    async unrescue(task) {
      await of(task).call('rescue.unrescue');
      of(task).media = null;
      await task.power('rebooting');
    },
    async cleanUp(task) {
      await of(task).call('rescue.cleanUp');
      of(task).media = null;
    },
    async finalize(task) {
      await of(task).call('rescue.finalize');
      of(task).reach();
    },
  };
}
