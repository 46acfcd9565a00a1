import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';

export interface SelfSigned {
  key: string;
  cert: string;
  /** Pairs of hex digits with colons, as Node and browsers show it. */
  fingerprint256: string;
}

export interface Wishes {
  /** Whose key signs it; absent = its own. Such a one is no authority. */
  issuer?: { name: string; key: string };
  /** The last second of its life, `yymmddhhmmssZ`. */
  until?: string;
}

/** A certificate for 127.0.0.1 and localhost that nobody vouches for, as appliances bring it: RFC 5280 by hand. */
export function selfSigned(name: string, { issuer, until = '491231235959Z' }: Wishes = {}): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = sequence(hex('06082a8648ce3d040302'));
  const named = (text: string): Buffer =>
    sequence(der(0x31, sequence(hex('0603550403'), der(0x0c, Buffer.from(text)))));
  const alternatives = sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])));
  const extensions = sequence(
    sequence(hex('0603551d11'), der(0x04, alternatives)),
    sequence(hex('0603551d13'), hex('0101ff'), der(0x04, sequence(...(issuer ? [] : [hex('0101ff')])))),
  );
  const content = sequence(
    der(0xa0, hex('020102')),
    hex('020101'),
    ecdsaWithSha256,
    named(issuer?.name ?? name),
    sequence(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from(until))),
    named(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', content, issuer?.key ?? privateKey));
  const certificate = new X509Certificate(sequence(content, ecdsaWithSha256, signature));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: certificate.toString(),
    fingerprint256: certificate.fingerprint256,
  };
}

function hex(digits: string): Buffer {
  return Buffer.from(digits, 'hex');
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts);
}

/** Tag, length, content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
