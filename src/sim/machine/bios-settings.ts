/** What a BIOS attribute may hold; the attribute registry is derived from it. */
export interface BiosAttribute {
  readonly name: string;
  readonly display: string;
  readonly type: 'Enumeration' | 'Integer' | 'String';
  readonly factory: string | number;
  readonly values?: readonly string[];
  readonly lower?: number;
  readonly upper?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly readOnly?: boolean;
}

const SWITCH = ['Enabled', 'Disabled'] as const;

/** The attributes of a simulated BIOS; names as servers of the field use them. */
export const BIOS_ATTRIBUTES: readonly BiosAttribute[] = [
  { name: 'ProcTurboMode', display: 'Turbo mode', type: 'Enumeration', factory: 'Enabled', values: SWITCH },
  { name: 'LogicalProc', display: 'Logical processors', type: 'Enumeration', factory: 'Enabled', values: SWITCH },
  { name: 'ProcVirtualization', display: 'Virtualization technology', type: 'Enumeration', factory: 'Enabled', values: SWITCH },
  { name: 'SriovGlobalEnable', display: 'SR-IOV', type: 'Enumeration', factory: 'Disabled', values: SWITCH },
  { name: 'MemTest', display: 'Memory test at start', type: 'Enumeration', factory: 'Disabled', values: SWITCH },
  {
    name: 'WorkloadProfile',
    display: 'Workload profile',
    type: 'Enumeration',
    factory: 'Balanced',
    values: ['Balanced', 'Performance', 'LowPower'],
  },
  { name: 'AcPwrRcvry', display: 'Power after power loss', type: 'Enumeration', factory: 'Last', values: ['Last', 'On', 'Off'] },
  { name: 'PxeDev1EnDis', display: 'PXE device 1', type: 'Enumeration', factory: 'Enabled', values: SWITCH },
  { name: 'BootTimeout', display: 'Seconds the boot menu waits', type: 'Integer', factory: 3, lower: 0, upper: 60 },
  { name: 'AdminContact', display: 'Contact', type: 'String', factory: '', minLength: 0, maxLength: 64 },
  { name: 'BoardRevision', display: 'Board revision', type: 'String', factory: 'A02', readOnly: true, minLength: 0, maxLength: 8 },
];

const byName = new Map(BIOS_ATTRIBUTES.map((attribute) => [attribute.name, attribute]));

/** Why a value is refused: which attribute, and what is wrong. */
export interface BiosRefusal {
  readonly attribute: string;
  readonly problem: 'unknown' | 'read-only' | 'not-in-list' | 'type' | 'range';
}

/** BIOS attributes of one machine: what is in force, and what waits for the next start. */
export class BiosSettings {
  readonly #changed = new Map<string, string | number>();
  #pending = new Map<string, string | number>();
  /** Milliseconds since the epoch at which pending settings were last applied. */
  appliedAt: number | null = null;

  current(): Record<string, string | number> {
    return Object.fromEntries(BIOS_ATTRIBUTES.map(({ name, factory }) => [name, this.#changed.get(name) ?? factory]));
  }

  pending(): Record<string, string | number> {
    return Object.fromEntries(this.#pending);
  }

  /** Takes settings for the next start, or at once; takes none when one of them is refused. */
  request(wanted: Readonly<Record<string, unknown>>, atOnce: boolean): BiosRefusal | null {
    const accepted: [string, string | number][] = [];
    for (const [name, value] of Object.entries(wanted)) {
      const attribute = byName.get(name);
      if (!attribute) return { attribute: name, problem: 'unknown' };
      if (attribute.readOnly) return { attribute: name, problem: 'read-only' };
      const problem = problemOf(attribute, value);
      if (problem) return { attribute: name, problem };
      if (typeof value === 'string' || typeof value === 'number') accepted.push([name, value]);
    }
    for (const [name, value] of accepted) (atOnce ? this.#changed : this.#pending).set(name, value);
    return null;
  }

  /** Everything back to factory values at the next start. */
  requestReset(): void {
    this.#pending = new Map(BIOS_ATTRIBUTES.filter((attribute) => !attribute.readOnly).map(({ name, factory }) => [name, factory]));
  }

  /** The machine starts: returns the attributes that changed. */
  apply(now: number): string[] {
    if (this.#pending.size === 0) return [];
    const before = this.current();
    for (const [name, value] of this.#pending) this.#changed.set(name, value);
    this.#pending = new Map();
    this.appliedAt = now;
    const after = this.current();
    return Object.keys(after).filter((name) => after[name] !== before[name]);
  }
}

function problemOf(attribute: BiosAttribute, value: unknown): BiosRefusal['problem'] | null {
  switch (attribute.type) {
    case 'Enumeration':
      if (typeof value !== 'string') return 'type';
      return attribute.values?.includes(value) ? null : 'not-in-list';
    case 'Integer':
      if (typeof value !== 'number' || !Number.isInteger(value)) return 'type';
      return value >= (attribute.lower ?? 0) && value <= (attribute.upper ?? Number.MAX_SAFE_INTEGER) ? null : 'range';
    case 'String':
      if (typeof value !== 'string') return 'type';
      return value.length >= (attribute.minLength ?? 0) && value.length <= (attribute.maxLength ?? 255) ? null : 'range';
    default:
      return attribute.type satisfies never;
  }
}
