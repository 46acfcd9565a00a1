import { timingSafeEqual } from 'node:crypto';
import type { Principal } from '../../domain/access/principal.js';
import type { Clock } from '../../platform/clock.js';
import type { CredentialKind } from '../credential-kind.js';
import { keyIdOf, letsIn, principalOf, stateOf, type ApiKey, type KeySecret } from './api-key.js';
import { digestOf, idOfKeyText, KEY_PREFIX } from './key-text.js';
import type { KeyUses } from './key-uses.js';
import type { KnownKeys } from './known-keys.js';

/** Told to nobody but the log and the figures. */
export type KeyRefusal = 'MALFORMED' | 'UNKNOWN' | 'REVOKED' | 'EXPIRED' | 'WRONG_SECRET' | 'OLD_SECRET';

const NOBODYS: KeySecret = { sha256: '00'.repeat(32), createdTime: '', untilTime: '' };

/** The keys that people make by `/v1/api-keys`. */
export class ApiKeyCredentials implements CredentialKind {
  /** With which secret they came in. */
  private readonly cameWith = new WeakMap<Principal, Buffer>();

  constructor(
    private readonly known: Pick<KnownKeys, 'find' | 'findAnew'>,
    private readonly uses: Pick<KeyUses, 'note'>,
    private readonly clock: Clock,
    private readonly onRefusal: (why: KeyRefusal, keyId: string | null) => void,
  ) {}

  recognises(token: string): boolean {
    return token.startsWith(KEY_PREFIX);
  }

  async check(token: string): Promise<Principal | null> {
    const id = idOfKeyText(token);
    if (id === null) return this.refused('MALFORMED', null);
    const digest = digestOf(token);
    let key = await this.known.find(id);
    // Another process may have given out another secret a moment ago.
    if (this.refusalOf(key, digest) === 'WRONG_SECRET') key = await this.known.findAnew(id);
    const why = this.refusalOf(key, digest);
    if (!key || why) return this.refused(why ?? 'UNKNOWN', id);
    this.uses.note(id);
    const principal = principalOf(key);
    this.cameWith.set(principal, digest);
    return principal;
  }

  async named(principalId: string): Promise<Principal | null | undefined> {
    const id = keyIdOf(principalId);
    if (id === null) return undefined;
    try {
      const key = await this.known.find(id);
      return key && stateOf(key, this.clock.now()) === 'ACTIVE' ? principalOf(key) : null;
    } catch {
      return undefined;
    }
  }

  async isStillGood(principal: Principal): Promise<boolean> {
    const digest = this.cameWith.get(principal);
    const id = keyIdOf(principal.id);
    if (!digest || id === null) return true;
    const key = await this.known.find(id);
    if (!key || this.refusalOf(key, digest)) return false;
    return JSON.stringify(key.grants) === JSON.stringify(principal.grants);
  }

  /** Takes as long whichever secret it is, or none. */
  private refusalOf(key: ApiKey | null, digest: Buffer): KeyRefusal | null {
    const now = this.clock.now();
    const [first = NOBODYS, second = NOBODYS] = key?.secrets ?? [];
    const [isFirst, isSecond] = [isOf(first, digest), isOf(second, digest)];
    if (!key) return 'UNKNOWN';
    const state = stateOf(key, now);
    if (state === 'REVOKED') return 'REVOKED';
    if (!isFirst && !isSecond) return 'WRONG_SECRET';
    if (state === 'EXPIRED') return 'EXPIRED';
    return letsIn(isFirst ? first : second, now) ? null : 'OLD_SECRET';
  }

  private refused(why: KeyRefusal, keyId: string | null): null {
    this.onRefusal(why, keyId);
    return null;
  }
}

function isOf({ sha256 }: KeySecret, digest: Buffer): boolean {
  return timingSafeEqual(Buffer.from(sha256, 'hex'), digest);
}
