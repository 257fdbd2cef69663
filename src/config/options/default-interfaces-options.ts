import type { OptionGroup } from '../option-table.ts';

export const defaultInterfacesOptions: OptionGroup = {
  group: 'DEFAULT',
  options: {
    autodetect_deploy_interfaces: { type: 'list', default: ['ramdisk', 'bootc', 'direct'] },
    default_bios_interface: { type: 'string', default: null },
    default_boot_interface: { type: 'string', default: null },
    default_conductor_group: { type: 'string', default: '', mutable: true },
    default_console_interface: { type: 'string', default: null },
    default_deploy_interface: { type: 'string', default: null },
    default_firmware_interface: { type: 'string', default: null },
    default_inspect_interface: { type: 'string', default: null },
    default_management_interface: { type: 'string', default: null },
    default_network_interface: { type: 'string', default: null },
    default_portgroup_mode: { type: 'string', default: 'active-backup', mutable: true },
    default_power_interface: { type: 'string', default: null },
    default_raid_interface: { type: 'string', default: null },
    default_rescue_interface: { type: 'string', default: null },
    default_resource_class: { type: 'string', default: null, mutable: true },
    default_storage_interface: { type: 'string', default: 'noop' },
    default_vendor_interface: { type: 'string', default: null },
    enabled_bios_interfaces: {
      type: 'list',
      default: ['no-bios', 'fake'],
      note: 'Peer: no-bios, redfish. The redfish BIOS interface is not built yet; fake serves fake-hardware.',
    },
    enabled_boot_interfaces: {
      type: 'list',
      default: ['redfish-virtual-media', 'fake'],
      note: 'Peer: ipxe, pxe, redfish-virtual-media. Network boot is not built yet; fake serves fake-hardware.',
    },
    enabled_console_interfaces: { type: 'list', default: ['no-console', 'fake'], note: 'Peer: no-console; fake serves fake-hardware.' },
    enabled_deploy_interfaces: {
      type: 'list',
      default: ['direct', 'fake'],
      note: 'Peer: autodetect, direct, ramdisk, bootc. Only direct is built yet; fake serves fake-hardware.',
    },
    enabled_firmware_interfaces: { type: 'list', default: ['no-firmware', 'fake'], note: 'Peer: no-firmware; fake serves fake-hardware.' },
    enabled_hardware_types: {
      type: 'list',
      default: ['redfish', 'manual-management', 'fake-hardware'],
      note: 'Peer: ipmi, redfish. The ipmi type is not built yet; fake-hardware lets a first look need no machine.',
    },
    enabled_inspect_interfaces: {
      type: 'list',
      default: ['redfish', 'agent', 'no-inspect', 'fake'],
      note: 'Peer: no-inspect, redfish. The agent needs no service of its own here; fake serves fake-hardware.',
    },
    enabled_management_interfaces: { type: 'list', default: null },
    enabled_network_interfaces: {
      type: 'list',
      default: ['noop'],
      note: 'Peer: flat, noop. The flat interface needs Neutron, whose client is not built yet.',
    },
    enabled_power_interfaces: { type: 'list', default: null },
    enabled_raid_interfaces: {
      type: 'list',
      default: ['no-raid', 'fake'],
      note: 'Peer: agent, no-raid, redfish. RAID interfaces are not built yet; fake serves fake-hardware.',
    },
    enabled_rescue_interfaces: { type: 'list', default: ['no-rescue', 'fake'], note: 'Peer: no-rescue; fake serves fake-hardware.' },
    enabled_storage_interfaces: {
      type: 'list',
      default: ['noop', 'fake'],
      note: 'Peer: cinder, noop. Cinder is not built yet; fake serves fake-hardware.',
    },
    enabled_vendor_interfaces: {
      type: 'list',
      default: ['redfish', 'no-vendor', 'fake'],
      note: 'Peer: ipmitool, redfish, no-vendor. The ipmitool implementation is not built yet; fake serves fake-hardware.',
    },
  },
};
