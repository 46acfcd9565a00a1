import { jsonObjectIn } from './json-object.js';
import { TokenRefused } from './token-refused.js';

/** A token as it was sent, looked at and not yet believed. */
export interface UnverifiedToken {
  compact: string;
  /** Small letters, without `application/`; null = it does not say. */
  type: string | null;
  issuer: unknown;
}

export const LONGEST_TOKEN = 8 * 1024;
const LONGEST_KEY_ID = 256;

/** Whether it means to be a token: API keys hold no dots. */
export function looksLikeToken(text: string): boolean {
  return text.startsWith('ey') && text.includes('.');
}

/** What has to be right about a token before any key is looked for. Throws `TokenRefused`. */
export function readToken(compact: string): UnverifiedToken {
  if (compact.length > LONGEST_TOKEN) throw new TokenRefused(`it is longer than ${LONGEST_TOKEN} characters`);
  const parts = compact.split('.');
  if (parts.length !== 3) throw new TokenRefused('it is not made of three parts: not a signed token');
  const [header, payload] = parts.map(textIn);
  const protectedHeader = jsonObjectIn(header ?? '');
  if (!protectedHeader) throw new TokenRefused('its header is not a JSON object, or says something twice');
  checkHeader(protectedHeader);
  const claims = jsonObjectIn(payload ?? '');
  if (!claims) throw new TokenRefused('its claims are not a JSON object, or say something twice');
  const { typ } = protectedHeader;
  return { compact, type: typeof typ === 'string' ? typ : null, issuer: claims.iss };
}

/** What is signed is the spelling, so there must be only one: unused bits are 0, and there is no padding. */
function textIn(part: string): string {
  const bytes = Buffer.from(part, 'base64url');
  if (part === '' || bytes.toString('base64url') !== part)
    throw new TokenRefused('a part of it is empty, or not base64url as it has to be');
  return bytes.toString('utf8');
}

function checkHeader({ kid, crit, b64 }: Record<string, unknown>): void {
  if (crit !== undefined || b64 !== undefined)
    throw new TokenRefused('its header asks for an extension ("crit", "b64"), and none is known here');
  if (kid === undefined) return;
  if (typeof kid !== 'string' || kid.length > LONGEST_KEY_ID || !/^[\x20-\x7e]+$/.test(kid))
    throw new TokenRefused('the id of its key is too long, or not plain text');
}
