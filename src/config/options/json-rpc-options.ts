import type { OptionGroup } from '../option-table.ts';

export const jsonRpcOptions: OptionGroup = {
  group: 'json_rpc',
  options: {
    allowed_roles: { type: 'list', default: ['admin'] },
    auth_strategy: { type: 'string', default: null, choices: ['noauth', 'keystone', 'http_basic'] },
    cert_file: { type: 'string', default: null },
    client_use_ssl: { type: 'boolean', default: false },
    debug_log_request_id_only: { type: 'boolean', default: true, mutable: true },
    host_ip: {
      type: 'host',
      default: '127.0.0.1',
      note: 'Peer: ::. An address that other machines reach needs [wrought]rpc_secret.',
    },
    http_basic_auth_user_file: { type: 'string', default: '/etc/ironic/htpasswd-json-rpc' },
    key_file: { type: 'string', default: null },
    port: { type: 'port', default: 8089 },
    tls_ciphers: { type: 'string', default: null },
    tls_minimum_version: { type: 'string', default: '1.3', choices: ['1.2', '1.3'] },
    unix_socket: { type: 'string', default: null },
    unix_socket_mode: { type: 'octal', default: null },
    use_ssl: { type: 'boolean', default: false },
  },
};
