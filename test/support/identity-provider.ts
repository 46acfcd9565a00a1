import { generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export const ISSUER = 'https://login.example.com/realms/dr';
export const AUDIENCE = 'dr-gateway';

/** A pair of keys, and the half of it that a key set shows. */
export interface SigningKey {
  kid: string;
  alg: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  jwk: JsonWebKey & { kid: string; alg: string; use: string };
}

export function signingKey(kid: string, alg = 'RS256'): SigningKey {
  const { privateKey, publicKey } = pairFor(alg);
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
  return { kid, alg, privateKey, publicKey, jwk };
}

function pairFor(alg: string): { privateKey: KeyObject; publicKey: KeyObject } {
  if (alg.startsWith('ES')) return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (alg === 'EdDSA') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

/** Any three parts that somebody may sign: made by hand, so that they can be wrong in any way. */
export function compact(
  header: object | string,
  claims: object | string,
  signatureOf: (input: Buffer) => Buffer,
): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${signatureOf(Buffer.from(input)).toString('base64url')}`;
}

export function encoded(part: object | string): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

/** The signature that `alg` names, by Node alone: what is tried shares no code with what tries it. */
export function signedWith(key: KeyObject, alg: string): (input: Buffer) => Buffer {
  if (alg === 'EdDSA') return (input) => sign(null, input, key);
  const hash = `sha${alg.slice(2)}`;
  if (alg.startsWith('ES')) return (input) => sign(hash, input, { key, dsaEncoding: 'ieee-p1363' });
  // 6 = RSA-PSS, with a salt as long as the hash.
  if (alg.startsWith('PS'))
    return (input) => sign(hash, input, { key, padding: 6, saltLength: Number(alg.slice(2)) / 8 });
  return (input) => sign(hash, input, key);
}

export interface Wanted {
  key?: SigningKey;
  alg?: string;
  header?: object;
  claims?: object;
}

/** What it does when it is asked for its keys. `DEAD` = ends the connection; `MUTE` = never answers. */
export type Manner =
  'WELL' | 'DEAD' | 'MUTE' | { status: number; body: string; headers?: Record<string, string> };

/** A stand-in for an identity provider: shows its keys at an address of this machine, and signs. */
export class IdentityProviderStandIn {
  keys: SigningKey[] = [signingKey('key-1')];
  manner: Manner = 'WELL';
  /** How often its keys were asked for. */
  asked = 0;
  private port = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server = http.createServer((_request, response) => {
    this.asked += 1;
    if (this.manner === 'DEAD') response.destroy();
    else if (this.manner === 'WELL') {
      const body = JSON.stringify({ keys: this.keys.map(({ jwk }) => jwk) });
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    } else if (this.manner !== 'MUTE')
      response.writeHead(this.manner.status, this.manner.headers).end(this.manner.body);
  });

  /** @param nowMs as the tokens that it signs have it */
  constructor(private readonly nowMs: () => number) {
    this.server.on('connection', (socket) => this.sockets.add(socket));
  }

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get jwksUrl(): string {
    return `http://127.0.0.1:${this.port}/realms/dr/certs`;
  }

  /** What a good token says, of somebody in the group `watchers`. */
  claims(more: object = {}): object {
    const now = Math.floor(this.nowMs() / 1000);
    return {
      iss: ISSUER,
      aud: AUDIENCE,
      sub: 'ada',
      groups: ['watchers'],
      iat: now,
      exp: now + 600,
      ...more,
    };
  }

  /** A good token, but for what is wanted otherwise. */
  token({ key = this.firstKey, alg = key.alg, header, claims }: Wanted = {}): string {
    const wholeHeader = { alg, typ: 'at+jwt', kid: key.kid, ...header };
    return compact(wholeHeader, this.claims(claims), signedWith(key.privateKey, alg));
  }

  get firstKey(): SigningKey {
    const [key] = this.keys;
    if (!key) throw new Error('it has no key');
    return key;
  }
}
