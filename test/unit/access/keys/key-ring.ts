import type { Redis } from 'ioredis';
import { ApiKeyCredentials, type KeyRefusal } from '../../../../src/access/keys/api-key-credentials.js';
import {
  ApiKeysService,
  type KeyDecision,
  type KeyKeeper,
} from '../../../../src/access/keys/api-keys.service.js';
import { KeyUses } from '../../../../src/access/keys/key-uses.js';
import { KnownKeys } from '../../../../src/access/keys/known-keys.js';
import { KeyStore } from '../../../../src/access/keys/redis-key-store.js';
import { EVERYTHING, type Grant, type Principal } from '../../../../src/domain/access/principal.js';
import { scopeOf } from '../../../../src/domain/access/scope.js';
import { TestClock } from '../../support/test-clock.js';

export const ADMIN: Principal = { id: 'admin', kind: 'ADMIN_KEY', grants: EVERYTHING };

export const VIEWER: readonly Grant[] = [{ role: 'viewer', sites: '*', targets: '*' }];

/** What one process has of the keys. */
export class KeyRing {
  readonly store: KeyStore;
  readonly known: KnownKeys;
  readonly service: ApiKeysService;
  readonly credentials: ApiKeyCredentials;
  readonly refusals: [KeyRefusal, string | null][] = [];
  readonly troubles: Error[] = [];
  readonly decisions: [KeyDecision, string][] = [];
  /** Questions to the store, by name. */
  readonly asked = { version: 0, all: 0 };

  constructor(
    redis: Redis,
    readonly clock = new TestClock(),
  ) {
    this.store = new KeyStore(redis);
    const { store, asked } = this;
    const counted = {
      version: () => ((asked.version += 1), store.version()),
      all: () => ((asked.all += 1), store.all()),
    };
    const onTrouble = (error: Error): void => void this.troubles.push(error);
    this.known = new KnownKeys(counted, clock, onTrouble);
    this.service = new ApiKeysService(store, this.known, clock);
    const uses = new KeyUses(store, clock, onTrouble);
    this.credentials = new ApiKeyCredentials(
      this.known,
      uses,
      clock,
      (...said) => void this.refusals.push(said),
    );
  }

  async keeper(principal: Principal = ADMIN): Promise<KeyKeeper> {
    const held = await scopeOf(principal, 'access:manage', () => Promise.resolve([]));
    const decides = (kind: KeyDecision, id: string): Promise<void> => {
      this.decisions.push([kind, id]);
      return Promise.resolve();
    };
    return { principal, held, decides };
  }

  /** A key with these grants, and its text. */
  async made(grants = VIEWER, expiresTime: string | null = null): Promise<{ id: string; text: string }> {
    const made = await this.service.create({ name: 'a key', grants, expiresTime }, await this.keeper());
    return { id: made.key.id, text: made.text };
  }

  /** Whoever comes with it; throws if nobody does. */
  async cameWith(text: string): Promise<Principal> {
    const principal = await this.credentials.check(text);
    if (!principal) throw new Error(`refused: ${this.refusals.at(-1)?.[0]}`);
    return principal;
  }

  /** Why it is refused; null = it is not. */
  async whyNot(text: string): Promise<KeyRefusal | null> {
    return (await this.credentials.check(text)) ? null : (this.refusals.at(-1)?.[0] ?? null);
  }

  inSeconds(seconds: number): string {
    return new Date(this.clock.now() + seconds * 1000).toISOString();
  }
}
