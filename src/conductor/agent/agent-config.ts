import type { Config } from '../../config/config.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Node } from '../../model/node.ts';

/** Management interfaces that know the BMC address themselves: the agent need not look for it. */
const BMC_KNOWN = new Set(['redfish', 'idrac-redfish']);

/** The `config` document of a lookup answer. @param token in clear, masked, or null when there is none. */
export function agentConfig(config: Config, node: Node, token: string | null): JsonObject {
  return {
    metrics: { backend: 'noop', prepend_host: false, prepend_uuid: false, prepend_host_reverse: true, global_prefix: null },
    metrics_statsd: { statsd_host: 'localhost', statsd_port: 8125 },
    heartbeat_timeout: config.integer('api', 'ramdisk_heartbeat_timeout'),
    agent_containers: {
      allow_arbitrary_containers: false,
      allowed_containers: [],
      container_steps_file: '/etc/ironic-python-agent.d/mysteps.yaml',
      runner: 'podman',
      pull_options: [],
      run_options: ['--rm', '--network=host'],
    },
    agent_token: token,
    agent_token_required: true,
    agent_md5_checksum_enable: config.boolean('agent', 'allow_md5_checksum'),
    disable_deep_image_inspection: config.boolean('conductor', 'disable_deep_image_inspection'),
    permitted_image_formats: config.list('conductor', 'permitted_image_formats'),
    agent_skip_bmc_detect: BMC_KNOWN.has(node.management_interface ?? ''),
    enable_bios_bootloader_install: config.boolean('agent', 'enable_bios_bootloader_install'),
    tls_min_version: config.string('agent', 'tls_minimum_version'),
    tls_cipher_suites: config.optionalString('agent', 'tls_ciphers'),
  };
}
