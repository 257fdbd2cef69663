import { accept } from '../accept.ts';
import type { StorageInterface } from '../driver.ts';

/** Local disks only. */
export function createNoopStorage(): StorageInterface {
  return {
    name: 'noop',
    properties: {},
    steps: [],
    validate: accept,
    attachVolumes: accept,
    detachVolumes: accept,
    shouldWriteImage: () => true,
  };
}
