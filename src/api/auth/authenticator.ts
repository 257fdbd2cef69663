import type { Config } from '../../config/config.ts';
import type { Clock } from '../../model/clock.ts';
import { WroughtError } from '../../model/errors.ts';
import type { Reply } from '../http/reply.ts';
import { basicAuthenticator } from './basic-authenticator.ts';

/** Who the caller is, or the answer that refuses it. */
export type Identity = { readonly user: string | null; readonly project: string | null } | { readonly refusal: Reply };

export interface Authenticator {
  /** @param authorization value of the `Authorization` header */
  identify(authorization: string | undefined): Promise<Identity>;
}

/** `noauth`: everybody is an administrator; identity headers of the client mean nothing. */
const everybody: Authenticator = { identify: async () => ({ user: null, project: null }) };

/**
 * The authenticator of `[DEFAULT]auth_strategy`. @throws NOT_BUILT for `keystone`, INVALID_PARAMETER for an unknown strategy or a
 * password file that cannot be used: the service must not start then.
 */
export function createAuthenticator(config: Config, clock: Clock): Authenticator {
  const strategy = config.string('DEFAULT', 'auth_strategy');
  switch (strategy) {
    case 'noauth':
      return everybody;
    case 'http_basic':
      return basicAuthenticator(config.string('DEFAULT', 'http_basic_auth_user_file'), clock);
    case 'keystone':
      throw new WroughtError(
        'NOT_BUILT',
        '[DEFAULT]auth_strategy is keystone, which this version of Wrought cannot do; set it to noauth or http_basic',
      );
    default:
      throw new WroughtError('INVALID_PARAMETER', `[DEFAULT]auth_strategy is ${JSON.stringify(strategy)}; known are noauth, http_basic`);
  }
}

/**
 * True for the paths that take no credentials in any mode: the version documents and the calls of the deploy agent. Paths without `/v1`
 * are not open, as in the peer.
 */
export function isOpenPath(path: string): boolean {
  return /^\/(?:v1\/?)?$|^\/v1\/(?:lookup|continue_inspection|heartbeat\/[a-z0-9-]+)(?:\.json|\.xml)?\/?$/.test(path);
}
