import { TransportError, type TransportFailure } from './redfish-transport.ts';

const CONNECT: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  EHOSTUNREACH: 'cannot be reached: no route to the host',
  ENETUNREACH: 'cannot be reached: no route to its network',
  ENOTFOUND: 'cannot be reached: its name does not resolve',
  EAI_AGAIN: 'cannot be reached: its name does not resolve at the moment',
  ETIMEDOUT: 'does not accept a connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'does not accept a connection in time',
};

const CERTIFICATE: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'shows a self-signed certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'shows a certificate chain with an unknown self-signed root',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'shows a certificate of an unknown issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'shows a certificate of an unknown issuer',
  UNABLE_TO_GET_ISSUER_CERT: 'shows a certificate of an unknown issuer',
  CERT_HAS_EXPIRED: 'shows an expired certificate',
  CERT_NOT_YET_VALID: 'shows a certificate that is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'shows a certificate for another name',
};

/** Turns what undici, sockets and TLS throw into the few cases that matter. */
export function transportErrorFrom(error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  const code = codeOf(error);
  const make = (failure: TransportFailure, text: string): TransportError => new TransportError(failure, text, { cause: error });
  if (code in CONNECT) return make('connect', CONNECT[code] ?? code);
  if (code in CERTIFICATE) return make('certificate', CERTIFICATE[code] ?? code);
  if (/^(ERR_SSL_|EPROTO$|ERR_TLS_)/.test(code)) return make('certificate', `cannot agree on TLS (${code})`);
  if (/_TIMEOUT$/.test(code) || nameOf(error) === 'TimeoutError') return make('timeout', 'does not answer in time');
  if (/^HPE_/.test(code) || code === 'UND_ERR_HEADERS_OVERFLOW') return make('malformed', `does not speak HTTP properly (${code})`);
  return make('sent', `broke the connection (${code || nameOf(error) || 'no reason given'})`);
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  // Happy-eyeballs failures are bundled; the first tells enough.
  if (error instanceof AggregateError && error.errors.length > 0 && !('code' in error && error.code)) return codeOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
