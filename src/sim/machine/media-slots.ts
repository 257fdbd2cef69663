export const MEDIA_SLOTS = {
  Cd: ['CD', 'DVD'],
  Floppy: ['Floppy'],
  UsbStick: ['USBStick'],
} as const;

export type MediaSlotId = keyof typeof MEDIA_SLOTS;

export function isMediaSlot(text: string): text is MediaSlotId {
  return Object.hasOwn(MEDIA_SLOTS, text);
}

/** What is in a virtual drive. */
export interface InsertedMedium {
  readonly image: string;
  readonly writeProtected: boolean;
  readonly userName: string | null;
  /** Kept for fetching only; no answer ever shows it. */
  readonly password: string | null;
  readonly transferMethod: string;
  readonly transferProtocol: string;
}

/** The virtual drives of one machine; the BMC shows the same drives below the system and below the manager. */
export class MediaSlots {
  readonly #media = new Map<MediaSlotId, InsertedMedium>();
  readonly #verify = new Set<MediaSlotId>();

  get(slot: MediaSlotId): InsertedMedium | null {
    return this.#media.get(slot) ?? null;
  }

  insert(slot: MediaSlotId, medium: InsertedMedium): void {
    this.#media.set(slot, medium);
  }

  eject(slot: MediaSlotId): InsertedMedium | null {
    const medium = this.get(slot);
    this.#media.delete(slot);
    return medium;
  }

  /** Whether the certificate of an HTTPS image server is checked. */
  verifies(slot: MediaSlotId): boolean {
    return this.#verify.has(slot);
  }

  setVerify(slot: MediaSlotId, verify: boolean): void {
    if (verify) this.#verify.add(slot);
    else this.#verify.delete(slot);
  }
}
