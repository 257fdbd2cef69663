import type { Clock } from '../../model/clock.ts';
import type { FaultBook } from '../faults/fault-book.ts';
import type { Delays } from './delays.ts';
import type { MachineLog } from './machine-log.ts';

export type PowerState = 'Off' | 'PoweringOn' | 'On' | 'PoweringOff';

/**
 * The reset types a simulated machine offers. Suspend, Pause and Resume of the schema are left out: an agent that runs in this process
 * cannot be frozen, and pretending would lie.
 */
export const RESET_TYPES = [
  'On',
  'ForceOn',
  'ForceOff',
  'GracefulShutdown',
  'GracefulRestart',
  'ForceRestart',
  'PowerCycle',
  'PushPowerButton',
  'Nmi',
] as const;

export type ResetType = (typeof RESET_TYPES)[number];

/** The machine is in a state that makes the request impossible. */
export class PowerRefused extends Error {
  override readonly name = 'PowerRefused';
}

export interface PowerHooks {
  /** Power has come: the firmware begins. */
  started(): void;
  /** Power has gone, or the machine was reset: whatever ran has stopped at once. */
  stopped(): void;
}

interface PowerParts {
  readonly clock: Clock;
  readonly delays: Delays;
  readonly faults: FaultBook;
  readonly log: MachineLog;
  readonly hooks: PowerHooks;
}

/**
 * The power of one machine.
 *
 *     Off ──On──▶ PoweringOn ──▶ On ──ForceOff──▶ PoweringOff ──▶ Off
 *                                On ──GracefulShutdown──▶ PoweringOff (what runs goes on until it has shut down) ──▶ Off
 *                                On ──ForceRestart──▶ On (firmware begins again)
 *
 * A power-on during PoweringOff is kept and done once the machine is off; a forced power-off cuts any transition short.
 */
export class PowerControl {
  readonly #parts: PowerParts;
  #state: PowerState = 'Off';
  #cancel: () => void = () => {};
  #onAgain = false;
  #changedAt: number;

  constructor(parts: PowerParts) {
    this.#parts = parts;
    this.#changedAt = parts.clock.now();
  }

  get state(): PowerState {
    return this.#state;
  }

  /** Milliseconds since the epoch of the last change of state. */
  get changedAt(): number {
    return this.#changedAt;
  }

  /**
   * What the BMC does on ComputerSystem.Reset.
   *
   * @throws PowerRefused when the state makes it impossible.
   */
  reset(wish: ResetType): void {
    const { log } = this.#parts;
    log.write('power', `reset type ${wish} while ${this.#state}`, { reset_type: wish, power_state: this.#state });
    switch (wish) {
      case 'On':
      case 'ForceOn':
        this.#on();
        return;
      case 'ForceOff':
        this.#forceOff();
        return;
      case 'GracefulShutdown':
        this.#graceful(false);
        return;
      case 'GracefulRestart':
        this.#graceful(true);
        return;
      case 'ForceRestart':
        this.#demandOn(wish);
        this.restart('forced restart');
        return;
      case 'PowerCycle':
        this.#demandOn(wish);
        this.#forceOff();
        this.#onAgain = this.#state === 'PoweringOff' || this.#state === 'Off';
        return;
      case 'PushPowerButton':
        if (this.#state === 'Off') this.#on();
        else if (this.#state === 'On') this.#graceful(false);
        return;
      case 'Nmi':
        this.#demandOn(wish);
        log.write('power', 'non-maskable interrupt delivered');
        return;
      default:
        wish satisfies never;
    }
  }

  /** The operating system switched the machine off: no delay but that of the hardware, no fault of the BMC. */
  offFromInside(): void {
    if (this.#state === 'Off') return;
    this.#parts.log.write('power', 'the operating system switches the machine off');
    this.#goOff();
  }

  /** The machine starts over without losing power. */
  restart(reason: string): void {
    if (this.#state !== 'On') return;
    this.#cancel();
    this.#parts.log.write('power', `restart: ${reason}`);
    this.#parts.hooks.stopped();
    this.#parts.hooks.started();
  }

  /** Ends every running transition; used when the rack closes. */
  stop(): void {
    this.#cancel();
    this.#onAgain = false;
    this.#set('Off');
  }

  #on(): void {
    if (this.#state === 'On' || this.#state === 'PoweringOn') return;
    if (this.#parts.faults.strike('power-on-ignored', 'power on')) return;
    if (this.#state === 'PoweringOff') {
      this.#onAgain = true;
      return;
    }
    this.#set('PoweringOn');
    this.#cancel = this.#parts.clock.after(this.#parts.delays.powerOn, () => {
      this.#set('On');
      this.#parts.hooks.started();
    });
  }

  #forceOff(): void {
    if (this.#state === 'Off') return;
    if (this.#parts.faults.strike('power-off-ignored', 'forced power off')) return;
    this.#goOff();
  }

  #goOff(): void {
    this.#cancel();
    this.#onAgain = false;
    this.#parts.hooks.stopped();
    this.#set('PoweringOff');
    this.#cancel = this.#parts.clock.after(this.#parts.delays.powerOff, () => this.#arriveOff());
  }

  #graceful(again: boolean): void {
    this.#demandOn(again ? 'GracefulRestart' : 'GracefulShutdown');
    if (this.#parts.faults.strike('graceful-ignored', again ? 'graceful restart' : 'graceful shutdown')) return;
    this.#cancel();
    if (!again) this.#set('PoweringOff');
    this.#cancel = this.#parts.clock.after(this.#parts.delays.gracefulShutdown, () => {
      if (again) this.restart('graceful restart');
      else {
        this.#parts.hooks.stopped();
        this.#arriveOff();
      }
    });
  }

  #arriveOff(): void {
    this.#set('Off');
    if (this.#onAgain) {
      this.#onAgain = false;
      this.#on();
    }
  }

  #demandOn(type: ResetType): void {
    if (this.#state !== 'On') throw new PowerRefused(`reset type ${type} needs power state On, the system is ${this.#state}`);
  }

  #set(state: PowerState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#changedAt = this.#parts.clock.now();
    this.#parts.log.write('power', `power state ${state}`, { power_state: state });
  }
}
