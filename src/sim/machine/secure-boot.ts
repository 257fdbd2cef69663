import type { BootMode } from './boot-settings.ts';

export const RESET_KEYS_TYPES = ['ResetAllKeysToDefault', 'DeleteAllKeys', 'DeletePK'] as const;
export type ResetKeysType = (typeof RESET_KEYS_TYPES)[number];

export const KEY_DATABASES = ['PK', 'KEK', 'db', 'dbx'] as const;
export type KeyDatabase = (typeof KEY_DATABASES)[number];

/** Secure boot of one machine: the wish, what the present boot has, and whose keys are enrolled. */
export class SecureBoot {
  /** The wish; it counts from the next start on. */
  enable = false;
  #current = false;
  readonly #keys = new Set<KeyDatabase>(KEY_DATABASES);

  /** In force during the present boot. */
  get current(): boolean {
    return this.#current;
  }

  get mode(): 'UserMode' | 'SetupMode' {
    return this.#keys.has('PK') ? 'UserMode' : 'SetupMode';
  }

  has(database: KeyDatabase): boolean {
    return this.#keys.has(database);
  }

  /** @param only one database instead of all. */
  resetKeys(type: ResetKeysType, only?: KeyDatabase): void {
    const touched = only ? [only] : KEY_DATABASES;
    if (type === 'DeletePK') this.#keys.delete('PK');
    else if (type === 'DeleteAllKeys') for (const name of touched) this.#keys.delete(name);
    else for (const name of touched) this.#keys.add(name);
  }

  /** The machine starts: without keys or without UEFI there is no secure boot. */
  apply(mode: BootMode): void {
    this.#current = this.enable && mode === 'UEFI' && this.mode === 'UserMode';
  }
}
