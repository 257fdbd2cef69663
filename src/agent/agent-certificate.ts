import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A self-signed server certificate and its key, both PEM. */
export interface AgentCertificate {
  readonly certificate: string;
  readonly key: string;
}

const HOUR = 3_600_000;
const LIFE = 30 * 24 * HOUR;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/**
 * Makes the certificate under which an agent serves its API; the conductor pins it from the first heartbeat. P-256, because a key costs
 * a fraction of a millisecond (a rack of a thousand simulated agents boots in one process). Valid from an hour ago, as ramdisks often
 * start with a wrong clock, to 30 days ahead.
 *
 * @param host the address that the conductor will connect to; it becomes the one subject alternative name.
 * @param now milliseconds since the epoch.
 */
export async function createAgentCertificate(host: string, now: number): Promise<AgentCertificate> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const bare = host.replace(/^\[|\]$/g, '');
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    name: [{ CN: ['wrought-agent'] }],
    notBefore: new Date(now - HOUR),
    notAfter: new Date(now + LIFE),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([isIP(bare) === 0 ? { type: 'dns', value: bare } : { type: 'ip', value: bare }], true),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate: `${certificate.toString('pem')}\n`, key: `${PemConverter.encode(key, 'PRIVATE KEY')}\n` };
}
