import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A request as the verifier needs it: method, URL as on the wire, lower-case headers, body bytes. */
export interface SignedRequest {
  method: string;
  url: string;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

export interface Authorization {
  access: string;
  signedHeaders: string[];
  signature: string;
}

const FORM = /^SDK-HMAC-SHA256 Access=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/;

/** Parses an `Authorization: SDK-HMAC-SHA256 …` header; null when it is something else. */
export function parseAuthorization(header: string | undefined): Authorization | null {
  const [, access, names, signature] = FORM.exec(header ?? '') ?? [];
  if (!access || !names || !signature) return null;
  return { access, signedHeaders: names.split(';'), signature };
}

/** The six-part canonical request (1.5, step 3), over exactly the headers the client says it signed. */
export function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string {
  const [path = '/', query = ''] = request.url.split(/\?(.*)/s);
  const header = (name: string) => String(request.headers[name] ?? '').trim();
  return [
    request.method.toUpperCase(),
    canonicalPath(path),
    canonicalQuery(query),
    signedHeaders.map((name) => `${name}:${header(name)}\n`).join(''),
    signedHeaders.join(';'),
    header('x-sdk-content-sha256') || sha256(request.body),
  ].join('\n');
}

export function signatureOf(canonical: string, date: string, secret: string): string {
  const toSign = `SDK-HMAC-SHA256\n${date}\n${sha256(canonical)}`;
  return createHmac('sha256', secret).update(toSign).digest('hex');
}

export function sameSignature(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** The instant of an `X-Sdk-Date`, NaN when malformed. */
export function parseSdkDate(text: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!parts) return Number.NaN;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Every segment percent-encoded anew, with a closing slash that only the signature has. */
function canonicalPath(path: string): string {
  const encoded = path
    .split('/')
    .map((segment) => encode(decode(segment)))
    .join('/');
  return encoded.endsWith('/') ? encoded : `${encoded}/`;
}

function canonicalQuery(query: string): string {
  const pairs = query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', value = ''] = part.split(/=(.*)/s);
      return [encode(decode(name.replaceAll('+', ' '))), encode(decode(value.replaceAll('+', ' ')))] as const;
    });
  return pairs
    .sort(([nameA, a], [nameB, b]) => order(nameA, nameB) || order(a, b))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** RFC 3986: only letters, digits and `-._~` stay as they are. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
