import { accept } from '../accept.ts';
import type { FirmwareInterface } from '../driver.ts';
import { refuse } from '../unsupported.ts';

/** No firmware management. Caching components is still asked for on every node, so it does nothing instead of refusing. */
export function createNoFirmware(): FirmwareInterface {
  return { name: 'no-firmware', properties: {}, steps: [], validate: refuse('firmware'), cacheComponents: accept };
}
