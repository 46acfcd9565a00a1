import type { ConnectionOptions } from 'node:tls';
import { ConfigurationError, ENVIRONMENT } from '../config/environment.js';
import { ALWAYS_VERIFIED, certificateIn } from '../http/tls-trust.js';

/**
 * How Redis is spoken to where the address asks for TLS: 1.2 or later, its certificate always checked.
 * @param caFile a PEM file with the only authority that is believed; null = the public ones
 */
export function redisTls(caFile: string | null): ConnectionOptions {
  if (caFile === null) return ALWAYS_VERIFIED;
  const ca = certificateIn(caFile);
  if (ca === null)
    throw new ConfigurationError([
      `${ENVIRONMENT.redisCaFile.name} names ${caFile}, which holds no certificate in PEM form: put the authority of the Redis server's certificate there.`,
    ]);
  return { ...ALWAYS_VERIFIED, ca };
}

const UNTRUSTED: ReadonlySet<string | undefined> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** The server shows a certificate that nobody we trust vouches for: waiting does not help. */
export class UntrustedRedis extends Error {}

/** Of Sentinels only the words of the last error are told, not its code. */
export function isUntrusted(error: Error): boolean {
  return (
    UNTRUSTED.has((error as NodeJS.ErrnoException).code) ||
    /self[- ]signed certificate|unable to verify the first certificate/i.test(error.message)
  );
}
