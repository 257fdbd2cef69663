import { accept } from '../accept.ts';
import type { NetworkInterface } from '../driver.ts';

/** For machines whose switch ports are never changed: all networks are always there. */
export function createNoopNetwork(): NetworkInterface {
  return {
    name: 'noop',
    properties: {},
    steps: [],
    validate: accept,
    addNetwork: accept,
    removeNetwork: accept,
    configureTenantNetworks: accept,
    unconfigureTenantNetworks: accept,
    async vifList() {
      return [];
    },
    vifAttach: accept,
    vifDetach: accept,
  };
}
