/** Boot sources a simulated firmware knows; names of the ComputerSystem schema. */
export const BOOT_TARGETS = ['None', 'Pxe', 'Floppy', 'Cd', 'Usb', 'Hdd', 'BiosSetup', 'UefiHttp'] as const;
export type BootTarget = (typeof BOOT_TARGETS)[number];

export const OVERRIDE_ENABLED = ['Disabled', 'Once', 'Continuous'] as const;
export type OverrideEnabled = (typeof OVERRIDE_ENABLED)[number];

export const BOOT_MODES = ['UEFI', 'Legacy'] as const;
export type BootMode = (typeof BOOT_MODES)[number];

/** An entry of the firmware's boot menu. */
export interface BootOption {
  /** For example `Boot0001`. */
  readonly reference: string;
  readonly name: string;
  readonly target: BootTarget;
  enabled: boolean;
}

/** What the firmware will try next, and why. */
export interface BootCandidate {
  readonly target: BootTarget;
  readonly reason: string;
}

/** Boot override, boot mode and boot order of one machine. */
export class BootSettings {
  target: BootTarget = 'None';
  enabled: OverrideEnabled = 'Disabled';
  mode: BootMode = 'UEFI';
  httpBootUri: string | null = null;
  readonly options: readonly BootOption[] = [
    { reference: 'Boot0001', name: 'Disk', target: 'Hdd', enabled: true },
    { reference: 'Boot0002', name: 'Virtual CD', target: 'Cd', enabled: true },
    { reference: 'Boot0003', name: 'NIC1 PXE', target: 'Pxe', enabled: true },
    { reference: 'Boot0004', name: 'NIC1 HTTP', target: 'UefiHttp', enabled: false },
  ];
  #order: readonly string[] = this.options.map((option) => option.reference);

  get order(): readonly string[] {
    return this.#order;
  }

  /** @throws RangeError when the list is not a permutation of all options. */
  setOrder(references: readonly string[]): void {
    const known = new Set(this.options.map((option) => option.reference));
    if (references.length !== known.size || new Set(references).size !== known.size || !references.every((item) => known.has(item)))
      throw new RangeError(`the boot order must name each of ${[...known].join(', ')} once`);
    this.#order = [...references];
  }

  /**
   * The list the firmware walks at this boot. An override for one boot is used up by it, whether it leads to something or not.
   */
  takeCandidates(): BootCandidate[] {
    const list: BootCandidate[] = [];
    if (this.enabled !== 'Disabled' && this.target !== 'None') {
      list.push({ target: this.target, reason: this.enabled === 'Once' ? 'override for this boot' : 'continuous override' });
      if (this.enabled === 'Once') {
        this.enabled = 'Disabled';
        this.target = 'None';
      }
    }
    for (const reference of this.#order) {
      const option = this.options.find((item) => item.reference === reference);
      if (option?.enabled && !list.some((item) => item.target === option.target))
        list.push({ target: option.target, reason: `boot order ${reference}` });
    }
    return list;
  }
}
