import type { FaultKind } from './fault-kinds.ts';

/** When a fault strikes. Without conditions it strikes on every occasion of its kind. */
export interface FaultCondition {
  /** BMC faults only: `METHOD PATH` with `*` for any run of characters, for example `POST *ComputerSystem.Reset`. */
  readonly request?: string;
  /** Occasions that pass unharmed first. */
  readonly skip?: number;
  /** Occasions that are harmed; then the fault is over. */
  readonly count?: number;
  /** Seconds after the fault was put into the rack before which it sleeps. */
  readonly afterSeconds?: number;
}

/** One fault with its parameters filled in. */
export interface Fault {
  readonly kind: FaultKind;
  readonly params: Readonly<Record<string, number | string>>;
  readonly when: FaultCondition;
}

/** A fault and the machines it is for: a name, a number from 0, or `*`. */
export interface FaultOrder {
  readonly machine: string;
  readonly fault: Fault;
}

/** The machine, by name or number, is meant by an order. */
export function orderIsFor(order: FaultOrder, machine: { readonly name: string; readonly index: number }): boolean {
  return order.machine === '*' || order.machine === machine.name || order.machine === String(machine.index);
}

/** A numeric parameter; the parsers guarantee that it is there. */
export function faultNumber(fault: Fault, name: string): number {
  const value = fault.params[name];
  if (typeof value !== 'number') throw new TypeError(`fault ${fault.kind} has no number ${name}`);
  return value;
}
