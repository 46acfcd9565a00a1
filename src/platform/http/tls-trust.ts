import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import { TransportError } from './transport-error.js';

/** Whom to believe on the other side of a TLS connection. Absent = the public authorities. */
export interface TlsSettings {
  /** A PEM file with the authority, for appliances that bring their own. */
  caFile?: string | null;
  /** The SHA-256 of the server's certificate: 64 hex digits, colons allowed. Given, it alone decides. */
  fingerprint256?: string | null;
}

/** What no connection of ours goes below, whatever Node was told to begin with (`--tls-min-v1.0`). */
const AT_LEAST: tls.ConnectionOptions = { minVersion: 'TLSv1.2' };

/** Said aloud, so that no variable of the environment (NODE_TLS_REJECT_UNAUTHORIZED) can switch it off. */
export const ALWAYS_VERIFIED: tls.ConnectionOptions = { ...AT_LEAST, rejectUnauthorized: true };

/**
 * Resolves to what Node's TLS needs to accept exactly the trusted server, and no other: it refuses the
 * rest in the handshake, before a byte of a request is written.
 *
 * Node checks a chain before it looks at a name, so a certificate cannot be accepted by its fingerprint
 * alone: it is fetched once over a connection that carries nothing, its fingerprint compared, and the
 * certificate itself becomes the only authority from then on.
 */
export class TlsTrust {
  private pinned: Promise<tls.ConnectionOptions> | null = null;
  private authority: tls.ConnectionOptions | null = null;

  constructor(private readonly settings: TlsSettings) {}

  /** Throws `TransportError` in phase CONNECT. */
  async optionsFor(host: string, port: number, timeoutMs: number): Promise<tls.ConnectionOptions> {
    if (this.settings.fingerprint256) {
      this.pinned ??= this.pin(host, port, timeoutMs);
      try {
        return await this.pinned;
      } catch (error) {
        this.pinned = null;
        throw error;
      }
    }
    this.authority ??= authorityIn(this.settings.caFile ?? null);
    return this.authority;
  }

  private async pin(host: string, port: number, timeoutMs: number): Promise<tls.ConnectionOptions> {
    const certificate = await presentedCertificate(host, port, timeoutMs);
    const wanted = normalized(this.settings.fingerprint256 ?? '');
    if (normalized(certificate.fingerprint256) !== wanted) {
      throw new TransportError(
        'CONNECT',
        `the server at ${host}:${port} shows a certificate with fingerprint ${certificate.fingerprint256}, not the pinned one`,
      );
    }
    return {
      ...ALWAYS_VERIFIED,
      ca: pem(certificate.raw),
      // It need not be an authority, nor signed by itself.
      allowPartialTrustChain: true,
      checkServerIdentity: (_host, shown) =>
        normalized(shown.fingerprint256) === wanted ? undefined : new Error('not the pinned certificate'),
    };
  }
}

function authorityIn(caFile: string | null): tls.ConnectionOptions {
  if (caFile === null) return ALWAYS_VERIFIED;
  const ca = certificateIn(caFile);
  if (ca === null)
    throw new TransportError('CONNECT', `tls.caFile ${caFile} holds no certificate in PEM form`);
  return { ...ALWAYS_VERIFIED, ca };
}

/** null = there is none in PEM form: TLS itself ignores such a file, and then trusts nobody without saying why. */
export function certificateIn(file: string): string | null {
  try {
    const text = readFileSync(file, 'utf8');
    new X509Certificate(text);
    return text;
  } catch {
    return null;
  }
}

function presentedCertificate(host: string, port: number, timeoutMs: number): Promise<tls.PeerCertificate> {
  return new Promise((resolve, reject) => {
    // Nothing is ever written to this connection: it only shows the certificate that is to be compared.
    const socket = tls.connect({ host, port, ...serverName(host), ...AT_LEAST, rejectUnauthorized: false });
    const fail = (reason: string): void => {
      socket.destroy();
      reject(new TransportError('CONNECT', reason));
    };
    socket.setTimeout(timeoutMs, () => fail(`no TLS answer from ${host}:${port} within ${timeoutMs} ms`));
    socket.once('error', (error: Error) => fail(error.message));
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerCertificate();
      socket.destroy();
      resolve(certificate);
    });
  });
}

/** The name to ask a server for; addresses are not names. */
export function serverName(host: string): { servername?: string } {
  return net.isIP(host) ? {} : { servername: host };
}

const UNTRUSTED: ReadonlySet<string | undefined> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Adds what to do to the words for a certificate that nobody vouches for. */
export function withAdvice(reason: string, code: string | undefined): string {
  return UNTRUSTED.has(code)
    ? `${reason}; trust this server by tls.caFile or tls.fingerprint256 in the sites file, if it is the right one`
    : reason;
}

function normalized(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}

function pem(der: Buffer): string {
  const base64 = der.toString('base64').replace(/(.{64})/g, '$1\n');
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
}
