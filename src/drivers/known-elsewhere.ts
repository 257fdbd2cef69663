import type { InterfaceKind } from '../model/interface-kind.ts';

/**
 * Names that the peer knows. One of them that is not built here is left out with a warning, so that an ironic.conf can be taken over as
 * it is; any other unknown name stops the start, because it is most likely a slip of the pen.
 */
export const PEER_HARDWARE_TYPES: readonly string[] = ['ipmi', 'intel-ipmi', 'redfish', 'idrac', 'manual-management', 'fake-hardware'];

export const PEER_IMPLEMENTATIONS: Readonly<Record<InterfaceKind, readonly string[]>> = {
  boot: ['fake', 'http', 'http-ipxe', 'idrac-redfish-virtual-media', 'ipxe', 'pxe', 'redfish-https', 'redfish-virtual-media'],
  deploy: ['anaconda', 'ansible', 'autodetect', 'bootc', 'custom-agent', 'direct', 'fake', 'noop', 'ramdisk'],
  management: ['fake', 'idrac-redfish', 'intel-ipmitool', 'ipmitool', 'noop', 'redfish'],
  network: ['flat', 'ironic-networking', 'neutron', 'noop'],
  power: ['agent', 'fake', 'idrac-redfish', 'ipmitool', 'redfish'],
  bios: ['fake', 'idrac-redfish', 'no-bios', 'redfish'],
  console: ['fake', 'fake-graphical', 'ipmitool-socat', 'no-console', 'redfish-graphical'],
  firmware: ['fake', 'no-firmware', 'redfish'],
  inspect: ['agent', 'fake', 'idrac-redfish', 'no-inspect', 'redfish'],
  raid: ['agent', 'fake', 'idrac-redfish', 'no-raid', 'redfish'],
  rescue: ['agent', 'fake', 'no-rescue'],
  storage: ['cinder', 'external', 'fake', 'noop'],
  vendor: ['fake', 'idrac-redfish', 'ipmitool', 'no-vendor', 'redfish'],
};
