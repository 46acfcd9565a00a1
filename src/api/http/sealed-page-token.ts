import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { Scope } from '../../domain/access/scope.js';
import { boundTo } from '../access/seen-inventory.js';
import { makePageToken, pageTokenInvalid, readPageToken } from './page-token.js';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** A place is as long as its id; how long that is tells nobody anything. */
const PLACE_CHARS = 256;

/**
 * Page tokens of a list whose places may be of things that are not seen. Who sees all gets them as they are; for others
 * they are sealed, and good only for who sees the same.
 */
export class SealedPageTokens {
  private readonly key: Buffer;

  /** @param secret the same in every process: a page may be asked of another one */
  constructor(secret: string) {
    this.key = Buffer.from(hkdfSync('sha256', secret, '', 'dr-gateway page tokens', 32));
  }

  make(place: object, filters: object, seen: Scope): string {
    if (seen.isAll) return makePageToken(place, filters);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.key, nonce).setAAD(bound(filters, seen));
    const text = cipher.update(JSON.stringify(place).padEnd(PLACE_CHARS), 'utf8');
    return Buffer.concat([nonce, text, cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  /** The place, or a problem when the token is broken, or belongs to other filters or to who sees something else. */
  read<T>(token: string, filters: object, seen: Scope, isPlace: (place: unknown) => place is T): T {
    if (seen.isAll) return readPageToken(token, filters, isPlace);
    const place = this.opened(Buffer.from(token, 'base64url'), bound(filters, seen));
    if (!isPlace(place)) throw pageTokenInvalid();
    return place;
  }

  private opened(bytes: Buffer, filters: Buffer): unknown {
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
    const end = bytes.length - TAG_BYTES;
    const decipher = createDecipheriv(CIPHER, this.key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(filters).setAuthTag(bytes.subarray(end));
    try {
      const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()]);
      return JSON.parse(text.toString('utf8'));
    } catch {
      return null;
    }
  }
}

function bound(filters: object, seen: Scope): Buffer {
  const all = Object.entries({ ...filters, ...boundTo(seen) })
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(all)).digest();
}
