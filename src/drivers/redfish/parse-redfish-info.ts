import { statSync } from 'node:fs';
import type { Config } from '../../config/config.ts';
import { WroughtError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import type { Node } from '../../model/node.ts';
import type { RedfishTarget } from '../../protocol/redfish/redfish-target.ts';
import { parseRedfishAddress } from './parse-redfish-address.ts';

/** Reads `driver_info`; the BMC is not asked. @throws INVALID_PARAMETER naming everything that is missing or wrong. */
export function parseRedfishInfo(node: Node, config: Config): RedfishTarget {
  const info = node.driver_info;
  const problems: string[] = [];
  const given = (key: string): Json | undefined => {
    const value = info[key];
    return value === null || value === '' ? undefined : value;
  };
  const text = (key: string): string | null => {
    const value = given(key);
    if (value === undefined) return null;
    if (typeof value === 'string') return value;
    problems.push(`${key} must be text`);
    return null;
  };
  const choice = <T extends string>(key: string, choices: readonly T[], fallback: string | null): T | null => {
    const value = given(key) ?? fallback;
    if (value === undefined || value === null) return null;
    const found = choices.find((each) => each === String(value));
    if (found === undefined) problems.push(`${key} must be one of ${choices.join(', ')}`);
    return found ?? null;
  };

  if (given('redfish_address') === undefined) {
    throw new WroughtError(
      'INVALID_PARAMETER',
      `Missing the following Redfish properties in node ${node.uuid} driver_info: ['redfish_address'].`,
    );
  }
  const address = parseRedfishAddress(given('redfish_address'));
  if ('problem' in address) problems.push(address.problem);
  const target: RedfishTarget = {
    address: 'url' in address ? address.url : '',
    systemId: text('redfish_system_id'),
    username: text('redfish_username'),
    password: text('redfish_password'),
    verifyCa: readVerifyCa(given('redfish_verify_ca'), config.optionalString('redfish', 'verify_ca'), problems),
    authType: choice('redfish_auth_type', ['basic', 'session', 'auto'], config.string('redfish', 'auth_type')) ?? 'auto',
    tlsMinimumVersion: choice(
      'redfish_tls_minimum_version',
      ['1.1', '1.2', '1.3'],
      config.optionalString('redfish', 'tls_minimum_version'),
    ),
    tlsCiphers: text('redfish_tls_ciphers') ?? config.optionalString('redfish', 'tls_ciphers'),
  };
  if (problems.length > 0) {
    throw new WroughtError('INVALID_PARAMETER', `node ${node.name ?? node.uuid}: driver_info: ${problems.join('; ')}`);
  }
  return target;
}

const TRUE = ['true', 't', 'yes', 'y', 'on', '1'];
const FALSE = ['false', 'f', 'no', 'n', 'off', '0'];

function readVerifyCa(value: Json | undefined, configured: string | null, problems: string[]): boolean | string {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (value === undefined || value === true || TRUE.includes(word)) return configured || true;
  if (value === false || FALSE.includes(word)) return false;
  if (typeof value === 'string' && isPath(value)) return value;
  problems.push('redfish_verify_ca must be true, false, or the path of an existing file or directory');
  return true;
}

function isPath(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && (found.isFile() || found.isDirectory());
}
