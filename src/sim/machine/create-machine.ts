import type { Clock } from '../../model/clock.ts';
import { FaultBook } from '../faults/fault-book.ts';
import { systemPath } from '../redfish/resource.ts';
import { BiosSettings } from './bios-settings.ts';
import { BootSettings } from './boot-settings.ts';
import type { Delays } from './delays.ts';
import { EventSubscriptions } from './event-subscriptions.ts';
import type { Machine } from './machine.ts';
import { MachineLog, type RackEvent } from './machine-log.ts';
import type { MachinePlan } from './machine-plan.ts';
import { MediaSlots } from './media-slots.ts';
import { PowerControl, type PowerHooks } from './power-control.ts';
import { SecureBoot } from './secure-boot.ts';
import { SessionStore } from './session-store.ts';
import { TaskList } from './task-list.ts';
import { Volumes } from './volumes.ts';

interface MachineOptions {
  readonly plan: MachinePlan;
  readonly clock: Clock;
  readonly delays: Delays;
  readonly hooks: PowerHooks;
  /** The BMC's web service goes away for `outageMs` milliseconds. */
  readonly restartBmc: (outageMs: number) => void;
  readonly listener: (event: RackEvent) => void;
}

/** Puts the parts of one machine together: switched off, factory settings, empty drives. */
export function createMachine(options: MachineOptions): Machine {
  const { plan, clock, delays } = options;
  const log = new MachineLog(plan.name, clock, (event) => {
    options.listener(event);
    if (event.kind === 'power' && event.data?.reset_type === undefined) announce(machine, event);
  });
  const faults = new FaultBook(clock, (fault, subject) =>
    log.write('fault', `fault ${fault.kind} strikes: ${subject}`, { fault: fault.kind }),
  );
  const power = new PowerControl({ clock, delays, faults, log, hooks: options.hooks });
  const machine: Machine = {
    plan,
    clock,
    delays,
    log,
    faults,
    power,
    boot: new BootSettings(),
    bios: new BiosSettings(),
    secureBoot: new SecureBoot(),
    media: new MediaSlots(),
    volumes: new Volumes(),
    sessions: new SessionStore(clock),
    tasks: new TaskList(clock),
    subscriptions: new EventSubscriptions(log),
    leds: new Map(),
    versions: { bios: plan.biosVersion, bmc: plan.bmcVersion },
    bmcClock: { aheadMs: 0, offset: '+00:00' },
    account: { password: plan.credentials.password },
    onNextStart: [],
    bootProgress: 'None',
    bootProgressAt: clock.now(),
    lastBoot: null,
    assetTag: plan.assetTag,
    restartBmc(outageMs) {
      const lost = machine.sessions.drop();
      log.write('bmc', `BMC restarts; ${lost} sessions are lost`);
      options.restartBmc(outageMs);
    },
  };
  return machine;
}

/** Subscribers of the BMC hear of changes of power. */
function announce(machine: Machine, event: RackEvent): void {
  void machine.subscriptions.publish({
    type: 'StatusChange',
    messageId: 'ResourceEvent.1.3.ResourceStatusChanged',
    message: event.message,
    severity: 'OK',
    origin: systemPath(machine),
    at: event.at,
  });
}
