import type { OptionGroup } from './option-table.ts';

/** Wrought's own options, group `[wrought]`: what ironic.conf has no word for. */
export const wroughtOptions: OptionGroup = {
  group: 'wrought',
  options: {
    data_dir: {
      type: 'string',
      default: './wrought-data',
      description: 'Directory of the embedded database, the image cache and the published boot media; made when it is absent.',
    },
    http_host: { type: 'host', default: '127.0.0.1', description: 'Address the file server listens on; machines and BMCs fetch from it.' },
    http_port: { type: 'port', default: 0, description: 'Port of the file server; 0 takes any free one.' },
    http_url: {
      type: 'uri',
      default: null,
      description: 'How machines and BMCs reach the file server, when that differs from the address it listens on.',
    },
    lease_ttl: {
      type: 'integer',
      default: 30,
      min: 3,
      description: 'Seconds after which a conductor that stopped renewing loses its hold on a node.',
    },
    agent_poll_interval: {
      type: 'float',
      default: 5,
      min: 0.05,
      description: 'Seconds between two looks at a command that the agent is running.',
    },
    log_level: {
      type: 'string',
      default: 'info',
      choices: ['debug', 'info', 'warn', 'error'],
      description: 'Lowest level that is logged.',
    },
  },
};
