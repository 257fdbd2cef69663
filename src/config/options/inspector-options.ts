import type { OptionGroup } from '../option-table.ts';

export const inspectorOptions: OptionGroup = {
  group: 'inspector',
  options: {
    add_ports: { type: 'string', default: 'pxe', choices: ['all', 'active', 'pxe', 'disabled'] },
    callback_endpoint_override: { type: 'string', default: null, deprecated: true },
    cpu_capabilities: {
      type: 'dict',
      default: { vmx: 'cpu_vt', svm: 'cpu_vt', aes: 'cpu_aes', pse: 'cpu_hugepages', pdpe1gb: 'cpu_hugepages_1g', smx: 'cpu_txt' },
    },
    default_hooks: { type: 'string', default: 'ramdisk-error,validate-interfaces,ports,architecture' },
    disk_partitioning_spacing: { type: 'boolean', default: true },
    extra_hardware_strict: { type: 'boolean', default: false },
    extra_kernel_params: { type: 'string', default: '' },
    force_dhcp: { type: 'boolean', default: false },
    hooks: { type: 'string', default: '$default_hooks' },
    keep_ports: { type: 'string', default: 'all', choices: ['all', 'present', 'added'] },
    known_accelerators: { type: 'string', default: null, note: 'Peer: a file of its own installation.' },
    pci_device_alias: { type: 'multi-string', default: [] },
    physical_network_cidr_map: { type: 'list', default: ['10.10.10.0/24:physnet_a', '2001:db8::/64:physnet_b'] },
    power_off: { type: 'boolean', default: true },
    pre_create_ports: { type: 'boolean', default: true },
    require_managed_boot: { type: 'boolean', default: true },
    status_check_period: { type: 'integer', default: 60 },
    update_pxe_enabled: { type: 'boolean', default: true },
  },
};
