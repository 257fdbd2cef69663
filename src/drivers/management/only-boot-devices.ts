import type { ManagementInterface } from '../driver.ts';
import { refuse } from '../unsupported.ts';

type Rest = Omit<
  ManagementInterface,
  'name' | 'properties' | 'steps' | 'validate' | 'supportedBootDevices' | 'getBootDevice' | 'setBootDevice'
>;

/** The part of a management interface of machines whose BMC knows nothing but boot devices. */
export const onlyBootDevices: Rest = {
  supportedBootModes: refuse('get_supported_boot_modes'),
  getBootMode: refuse('get_boot_mode'),
  setBootMode: refuse('set_boot_mode'),
  getSecureBoot: refuse('get_secure_boot_state'),
  setSecureBoot: refuse('set_secure_boot_state'),
  injectNmi: refuse('inject_nmi'),
  detectVendor: refuse('detect_vendor'),
  getHealth: refuse('get_node_health'),
  getMacAddresses: refuse('get_mac_addresses'),
};
