import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import { TransportError } from './transport-error.js';

/** Whom to believe on the other side of a TLS connection. Absent = the public authorities. */
export interface TlsSettings {
  /** A PEM file with the authority, for appliances that bring their own. */
  caFile?: string | null;
  /** The SHA-256 of the server's certificate: 64 hex digits, colons allowed. */
  fingerprint256?: string | null;
}

/**
 * Resolves to what Node's TLS needs to accept exactly the trusted server, and no other.
 *
 * Node checks a chain before it looks at a name, so a self-signed certificate cannot be accepted by its
 * fingerprint alone: the certificate is fetched once over a connection that carries nothing, its
 * fingerprint compared, and the certificate itself becomes the only authority from then on.
 */
export class TlsTrust {
  private pinned: Promise<tls.ConnectionOptions> | null = null;
  private readonly authority: tls.ConnectionOptions;

  constructor(private readonly settings: TlsSettings) {
    this.authority = settings.caFile ? { ca: readFileSync(settings.caFile) } : {};
  }

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
      ca: pem(certificate.raw),
      checkServerIdentity: (_host, shown) =>
        normalized(shown.fingerprint256) === wanted ? undefined : new Error('not the pinned certificate'),
    };
  }
}

function presentedCertificate(host: string, port: number, timeoutMs: number): Promise<tls.PeerCertificate> {
  return new Promise((resolve, reject) => {
    // Nothing is ever written to this connection: it only shows the certificate that is to be compared.
    const socket = tls.connect({ host, port, ...serverName(host), rejectUnauthorized: false });
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

function normalized(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}

function pem(der: Buffer): string {
  const base64 = der.toString('base64').replace(/(.{64})/g, '$1\n');
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
}
