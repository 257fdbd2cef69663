import { readFileSync } from 'node:fs';
import type { Config } from '../../config/config.ts';
import { messageOf, WroughtError } from '../../model/errors.ts';
import { Secret } from '../../model/secret.ts';
import { createImageHttp, type ImageHttp } from './image-http.ts';

/** Web client for image servers, as `[DEFAULT]webserver_*` and `[deploy]image_server_*` say. @throws INVALID_PARAMETER. */
export function configuredImageHttp(config: Config): ImageHttp {
  const user = config.optionalString('deploy', 'image_server_user');
  const password = config.optionalString('deploy', 'image_server_password');
  const basic = config.string('deploy', 'image_server_auth_strategy') === 'http_basic';
  if (basic && (!user || !password))
    throw new WroughtError(
      'INVALID_PARAMETER',
      '[deploy]image_server_auth_strategy http_basic needs image_server_user and image_server_password',
    );
  return createImageHttp({
    verify: verification(config.string('DEFAULT', 'webserver_verify_ca')),
    minTls: config.string('DEFAULT', 'webserver_tls_minimum_version') === '1.2' ? 'TLSv1.2' : 'TLSv1.3',
    ciphers: config.optionalString('DEFAULT', 'webserver_tls_ciphers'),
    timeoutMs: config.integer('DEFAULT', 'webserver_connection_timeout') * 1000,
    basicAuth: basic && user && password ? { user, password: new Secret(password) } : null,
  });
}

function verification(value: string): boolean | string {
  if (/^(true|yes|on|1)$/i.test(value)) return true;
  if (/^(false|no|off|0)$/i.test(value)) return false;
  try {
    return readFileSync(value, 'utf8');
  } catch (error) {
    throw new WroughtError('INVALID_PARAMETER', `[DEFAULT]webserver_verify_ca: ${value} cannot be read: ${messageOf(error)}`);
  }
}
