import type { Properties } from '../driver.ts';

/** Keys of `driver_info` that all implementations called redfish understand. */
export const REDFISH_PROPERTIES: Properties = {
  redfish_address:
    'URL of the BMC. Without a scheme https is meant; a path stands for the service root where that is not /redfish/v1/. Required.',
  redfish_system_id:
    'Path of the ComputerSystem that is this node, such as /redfish/v1/Systems/1. Required only where the BMC shows several systems.',
  redfish_username: 'Account on the BMC; it must be allowed to change power, boot order and virtual media. Optional.',
  redfish_password: 'Password of the account. Optional.',
  redfish_verify_ca:
    'True to check the certificate of the BMC, false to take any, or the path of a file or directory of CA certificates. Default true; [redfish]verify_ca, where set, stands in for true. Optional.',
  redfish_auth_type:
    'How to log in: "session", "basic", or "auto" for a session with basic as the way out. Default [redfish]auth_type. Optional.',
  redfish_tls_minimum_version: 'Oldest TLS version to accept: "1.1", "1.2" or "1.3". Default [redfish]tls_minimum_version. Optional.',
  redfish_tls_ciphers: 'Ciphers to offer, in the notation of OpenSSL. Default [redfish]tls_ciphers. Optional.',
};
