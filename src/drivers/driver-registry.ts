import type { InterfaceKind } from '../model/interface-kind.ts';
import type { Node } from '../model/node.ts';
import type { HardwareType, InterfaceOfKind, NodeDriver, Properties } from './driver.ts';

/** Enabled hardware types and implementations, and how nodes are composed from them. */
export interface DriverRegistry {
  /** Enabled hardware types by name. */
  readonly hardwareTypes: ReadonlyMap<string, HardwareType>;
  /** Enabled implementations of a kind that the hardware type supports, sorted by name. */
  enabledFor(hardwareType: string, kind: InterfaceKind): readonly string[];
  /** Default implementation for a new node, or null when there is none. */
  defaultFor(hardwareType: string, kind: InterfaceKind): string | null;
  get<K extends InterfaceKind>(kind: K, name: string): InterfaceOfKind[K] | undefined;
  /**
   * Fills in what was not given and checks what was. @throws INTERFACE_NOT_FOUND (unknown, not enabled, not supported by the type,
   * or no default).
   */
  chooseInterfaces(hardwareType: string, given: Partial<Record<InterfaceKind, string | null>>): Record<InterfaceKind, string>;
  /** @throws INTERFACE_NOT_FOUND when a stored name is no longer enabled or fits the type no more. */
  compose(node: Node): NodeDriver;
  /** Union of all properties of the enabled implementations of a hardware type. */
  properties(hardwareType: string): Properties;
}
