import type { VendorInterface } from '../driver.ts';
import { refuse } from '../unsupported.ts';

/** No vendor methods. */
export function createNoVendor(): VendorInterface {
  return { name: 'no-vendor', properties: {}, steps: [], validate: refuse('vendor'), methods: {} };
}
