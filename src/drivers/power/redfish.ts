import type { Clock } from '../../model/clock.ts';
import { WroughtError } from '../../model/errors.ts';
import type { PowerState, PowerTarget } from '../../model/node.ts';
import type { BmcPowerState, ResetType, SystemView } from '../../protocol/redfish/views/system.ts';
import type { PowerInterface, Task } from '../driver.ts';
import { parseRedfishInfo } from '../redfish/parse-redfish-info.ts';
import { REDFISH_PROPERTIES } from '../redfish/redfish-properties.ts';
import { restoreBootDevice } from '../redfish/restore-boot-device.ts';
import { type BmcDeps, bmcError, findingBehind, withBmc } from '../redfish/with-bmc.ts';
import { waitForPower } from './wait-for-power.ts';

const STATE: Readonly<Record<BmcPowerState, PowerState | null>> = {
  On: 'power on',
  PoweringOn: 'power on',
  Off: 'power off',
  PoweringOff: 'power off',
  Paused: null,
};

/** Resets that do the same thing, the best first. A graceful wish never becomes a forced one. */
const RESETS: Readonly<Record<PowerTarget, readonly ResetType[]>> = {
  'power on': ['On', 'ForceOn'],
  'power off': ['ForceOff'],
  rebooting: ['ForceRestart', 'PowerCycle'],
  'soft rebooting': ['GracefulRestart'],
  'soft power off': ['GracefulShutdown'],
};

/** Seconds that a restarting machine may still look as if nothing had happened. */
const RESTART_SETTLE_SECONDS = 15;

/** Power over Redfish. */
export function createRedfishPower(deps: BmcDeps & { clock: Clock }): PowerInterface {
  const { clock, config } = deps;

  async function read(task: Task, signal?: AbortSignal): Promise<PowerState | null> {
    const system = await withBmc(deps, task, 'read power state', (bmc, options) => bmc.getSystem(options), signal);
    return system.powerState === null ? null : STATE[system.powerState];
  }

  async function reset(task: Task, target: PowerTarget): Promise<void> {
    try {
      await withBmc(deps, task, target, async (bmc, options) => {
        const system = await bmc.getSystem(options);
        await bmc.reset(chooseReset(system, target), options);
      });
    } catch (error) {
      const finding = findingBehind(error);
      const power = finding && ['unsupported', 'busy', 'conflict', 'refused', 'failed'].includes(finding.kind);
      throw power ? bmcError(`node ${task.node.name ?? task.node.uuid}: ${target}`, finding, 'POWER_STATE_FAILURE') : error;
    }
  }

  async function act(task: Task, target: PowerTarget, wanted: PowerState, timeoutSeconds: number): Promise<void> {
    if (wanted === 'power on') await restoreBootDevice(deps, task);
    await reset(task, target);
    await waitForPower({ clock, task, wish: target, wanted, timeoutSeconds }, (signal) => read(task, signal));
  }

  /** A restart keeps the power on: give it time to begin, so that what is seen afterwards is the new life. */
  async function restart(task: Task, target: PowerTarget, timeoutSeconds: number): Promise<void> {
    await restoreBootDevice(deps, task);
    await reset(task, target);
    await clock.sleep(Math.min(RESTART_SETTLE_SECONDS, timeoutSeconds) * 1000, task.signal);
    await waitForPower({ clock, task, wish: target, wanted: 'power on', timeoutSeconds }, (signal) => read(task, signal));
  }

  return {
    name: 'redfish',
    properties: REDFISH_PROPERTIES,
    steps: [],
    supportedPowerStates: ['power on', 'power off', 'rebooting', 'soft rebooting', 'soft power off'],
    supportsPowerSync: true,
    async validate(task) {
      parseRedfishInfo(task.node, config);
    },
    getPowerState: (task) => read(task),
    async setPowerState(task, target, timeoutSeconds) {
      switch (target) {
        case 'power on':
          return act(task, target, 'power on', timeoutSeconds);
        case 'power off':
        case 'soft power off':
          return act(task, target, 'power off', timeoutSeconds);
        case 'soft rebooting':
          return restart(task, target, timeoutSeconds);
        case 'rebooting': {
          if (task.node.disable_power_off) return restart(task, target, timeoutSeconds);
          if ((await read(task)) !== 'power off') await act(task, 'power off', 'power off', timeoutSeconds);
          return act(task, 'power on', 'power on', timeoutSeconds);
        }
        default: {
          const never: never = target;
          throw new WroughtError('INVALID_PARAMETER', `no such power target: ${String(never)}`);
        }
      }
    },
  };
}

/** The first that is offered; the favourite where the BMC does not tell, or offers none (then the client says what it does offer). */
function chooseReset(system: SystemView, target: PowerTarget): ResetType {
  const wanted = RESETS[target];
  const favourite: ResetType = wanted[0] ?? 'On';
  return wanted.find((type) => system.resetTypes?.includes(type)) ?? favourite;
}
