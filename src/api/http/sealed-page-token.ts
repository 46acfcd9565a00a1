import { createHash } from 'node:crypto';
import type { Scope } from '../../domain/access/scope.js';
import { keyFor, openedBytes, sealedBytes } from '../../platform/secrets/sealing.js';
import { boundTo } from '../access/seen-inventory.js';
import { makePageToken, pageTokenInvalid, readPageToken } from './page-token.js';

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
    this.key = keyFor('dr-gateway page tokens', secret);
  }

  make(place: object, filters: object, seen: Scope): string {
    if (seen.isAll) return makePageToken(place, filters);
    const text = Buffer.from(JSON.stringify(place).padEnd(PLACE_CHARS));
    return sealedBytes(this.key, text, bound(filters, seen)).toString('base64url');
  }

  /** The place, or a problem when the token is broken, or belongs to other filters or to who sees something else. */
  read<T>(token: string, filters: object, seen: Scope, isPlace: (place: unknown) => place is T): T {
    if (seen.isAll) return readPageToken(token, filters, isPlace);
    const place = this.opened(Buffer.from(token, 'base64url'), bound(filters, seen));
    if (!isPlace(place)) throw pageTokenInvalid();
    return place;
  }

  private opened(sealed: Buffer, filters: Buffer): unknown {
    const text = openedBytes(this.key, sealed, filters);
    return text && JSON.parse(text.toString('utf8'));
  }
}

function bound(filters: object, seen: Scope): Buffer {
  const all = Object.entries({ ...filters, ...boundTo(seen) })
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(all)).digest();
}
