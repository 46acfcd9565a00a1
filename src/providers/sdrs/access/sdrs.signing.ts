import { createHash, createHmac } from 'node:crypto';
import type { WrittenRequest } from '../../../platform/http/upstream-http.js';

export interface AccessKey {
  accessKey: string;
  secretKey: string;
  /** Comes with temporary keys. */
  securityToken?: string | null;
}

const ALGORITHM = 'SDK-HMAC-SHA256';

/**
 * The signature of section 1.5, over the headers given and no others.
 * @param request with `x-sdk-date` and whatever else is to be signed among its headers
 * @returns the value of `Authorization`
 */
export function authorization(request: WrittenRequest, key: AccessKey): string {
  const signature = signatureOf(
    canonicalRequest(request),
    request.headers['x-sdk-date'] ?? '',
    key.secretKey,
  );
  const names = namesOf(request).join(';');
  return `${ALGORITHM} Access=${key.accessKey}, SignedHeaders=${names}, Signature=${signature}`;
}

/** The six parts of step 3. */
export function canonicalRequest(request: WrittenRequest): string {
  const { method, url, headers, body } = request;
  const names = namesOf(request);
  return [
    method,
    canonicalPath(url),
    canonicalQuery(url),
    names.map((name) => `${name}:${(headers[name] ?? '').trim()}\n`).join(''),
    names.join(';'),
    sha256(body ?? ''),
  ].join('\n');
}

/** Steps 4 and 5. */
export function signatureOf(canonical: string, date: string, secretKey: string): string {
  return createHmac('sha256', secretKey)
    .update(`${ALGORITHM}\n${date}\n${sha256(canonical)}`)
    .digest('hex');
}

/** The form of `X-Sdk-Date`: `20300102T030405Z`. */
export function signingDate(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+|[-:]/g, '');
}

function namesOf({ headers }: WrittenRequest): string[] {
  return Object.keys(headers).sort();
}

/** The closing slash is the signature's alone: the path on the wire has none. */
function canonicalPath({ pathname }: URL): string {
  const path = decodeURIComponent(pathname).split('/').map(encoded).join('/');
  return path.endsWith('/') ? path : `${path}/`;
}

function canonicalQuery({ searchParams }: URL): string {
  return [...searchParams]
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([a, x], [b, y]) => order(a, b) || order(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** RFC 3986: letters, digits and `-._~` stay as they are. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
