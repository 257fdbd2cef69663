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
    rpc_secret: {
      type: 'string',
      default: null,
      secret: true,
      description:
        'Shared by all processes of one service: proves to a conductor that a call is theirs. Needed where conductors listen on an address that other machines reach.',
    },
    rpc_timeout: {
      type: 'integer',
      default: 180,
      min: 1,
      description: 'Seconds an API process waits for the answer of a conductor in another process.',
    },
    rpc_url: {
      type: 'uri',
      default: null,
      description: 'How API processes reach this conductor, when that differs from the address it listens on.',
    },
    lease_ttl: {
      type: 'integer',
      default: 10,
      min: 3,
      description: 'Seconds after which a conductor that stopped renewing loses its hold on a node.',
    },
    agent_poll_interval: {
      type: 'float',
      default: 5,
      min: 0,
      description: 'Seconds between two looks at a command that the agent is running; 0 leaves it to the agent heartbeats.',
    },
    agent_step_deadline: {
      type: 'integer',
      default: 604800,
      min: 0,
      description: 'Seconds after which a step that the agent runs is given up, however often the agent calls; 0 for never.',
    },
    driver_call_deadline: {
      type: 'integer',
      default: 3600,
      min: 1,
      description: 'Seconds a driver may take to prepare, tear down or take over a node before the work fails.',
    },
    recovery_interval: {
      type: 'float',
      default: 2,
      min: 0.05,
      description: 'Seconds between two looks for work whose conductor is gone.',
    },
    recovery_attempts: {
      type: 'integer',
      default: 3,
      min: 0,
      description: 'How often the same piece of work is carried on after its conductor was lost, before it fails.',
    },
    event_retention: {
      type: 'integer',
      default: 604800,
      min: 0,
      description: 'Seconds that events are kept for streams and webhooks; 0 keeps them for ever.',
    },
    trust_proxy_headers: {
      type: 'boolean',
      default: false,
      description: 'Take scheme, host and prefix of links from X-Forwarded-* headers; only behind a proxy that sets them itself.',
    },
    log_level: {
      type: 'string',
      default: 'info',
      choices: ['debug', 'info', 'warn', 'error'],
      description: 'Lowest level that is logged.',
    },
  },
};
