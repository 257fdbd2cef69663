/** A running service under measurement: the peer or Wrought. */
export interface Contender {
  readonly name: string;
  readonly version: string;
  readonly apiUrl: string;
  /** From the start of its processes to its first answer, in milliseconds; a database server runs before that. */
  readonly firstAnswerMs: number;
  /** From the start of its processes until a node can be created. */
  readonly readyMs: number;
  /** Resident memory in MB, by part. */
  memory(): Record<string, number>;
  stop(): Promise<void>;
}

/** The options that both are given, as ironic.conf has them. */
export function commonOptions(apiPort: number): Record<string, Record<string, string>> {
  return {
    DEFAULT: {
      auth_strategy: 'noauth',
      enabled_hardware_types: 'fake-hardware',
      enabled_boot_interfaces: 'fake',
      enabled_deploy_interfaces: 'fake',
      enabled_power_interfaces: 'fake',
      enabled_management_interfaces: 'fake',
      enabled_inspect_interfaces: 'fake,no-inspect',
      enabled_raid_interfaces: 'fake,no-raid',
      enabled_bios_interfaces: 'fake,no-bios',
      enabled_rescue_interfaces: 'fake,no-rescue',
      enabled_storage_interfaces: 'fake,noop',
      enabled_vendor_interfaces: 'fake,no-vendor',
      enabled_console_interfaces: 'fake,no-console',
      enabled_network_interfaces: 'noop',
      default_network_interface: 'noop',
    },
    api: { port: String(apiPort), host_ip: '127.0.0.1', max_limit: '10000' },
    conductor: { automated_clean: 'false' },
    dhcp: { dhcp_provider: 'none' },
  };
}

/** Text of an ini file; later groups add to and override earlier ones. */
export function toIni(...parts: readonly Record<string, Record<string, string>>[]): string {
  const groups = new Map<string, Record<string, string>>();
  for (const part of parts) for (const [group, options] of Object.entries(part)) groups.set(group, { ...groups.get(group), ...options });
  return [...groups]
    .map(([group, options]) => {
      const lines = Object.entries(options).map(([name, value]) => `${name} = ${value}`);
      return `[${group}]\n${lines.join('\n')}\n`;
    })
    .join('\n');
}
