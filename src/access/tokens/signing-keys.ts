import { createLocalJWKSet, type CryptoKey, type JWTHeaderParameters } from 'jose';
import type { Clock } from '../../platform/clock.js';
import type { ReadKeySet } from './key-set-reading.js';

/** After this the keys are read again in passing; nobody waits for that. */
const RENEWED_AFTER_MS = 5 * 60_000;
/** After this whoever asks waits until they were: a key that was withdrawn is believed no longer than this. */
const GOOD_FOR_MS = 10 * 60_000;
/** Unless the provider does not answer: then so long. */
export const KEPT_FOR_MS = 24 * 3_600_000;
/** Whatever is asked for, and however often. */
export const ASKED_EVERY_MS = 30_000;

/** Nobody can tell now whether a key is good. */
export class KeysUnavailable extends Error {
  constructor(readonly retryAfterSeconds: number) {
    super('the keys of the identity provider cannot be read');
    this.name = 'KeysUnavailable';
  }
}

interface KnownKeys {
  find: ReturnType<typeof createLocalJWKSet>;
  ids: ReadonlySet<string | undefined>;
  readAtMs: number;
}

/**
 * The keys of one identity provider, in memory. A token with a key that is not known has them read anew, so that a change of
 * keys passes unnoticed; but never more often than every 30 s, so that invented keys cost the provider nothing.
 */
export class SigningKeys {
  private known: KnownKeys | null = null;
  private renewal: Promise<void> | null = null;
  private askedAtMs = -Infinity;
  private isAway = false;

  /** @param missed told why the keys could not be read */
  constructor(
    private readonly read: ReadKeySet,
    private readonly clock: Clock,
    private readonly missed: (error: Error) => void,
  ) {}

  /** Since the keys were last read; Infinity = never. */
  get ageMs(): number {
    return this.known ? this.clock.monotonic() - this.known.readAtMs : Infinity;
  }

  /** Throws `KeysUnavailable`, or what jose throws for a key that is not there. */
  readonly find = async (header: JWTHeaderParameters): Promise<CryptoKey> => {
    const keys = await this.current();
    if (header.kid === undefined || keys.ids.has(header.kid)) return keys.find(header);
    await this.renew();
    const newer = this.known ?? keys;
    if (newer === keys && this.isAway) throw this.unavailable();
    return newer.find(header);
  };

  /** Reads them, unless that was tried a moment ago. Never rejects. */
  renew(): Promise<void> {
    const now = this.clock.monotonic();
    if (this.renewal === null && now - this.askedAtMs >= ASKED_EVERY_MS) {
      this.askedAtMs = now;
      this.renewal = this.readAt(now).finally(() => {
        this.renewal = null;
      });
    }
    return this.renewal ?? Promise.resolve();
  }

  private async current(): Promise<KnownKeys> {
    const age = this.ageMs;
    if (age >= RENEWED_AFTER_MS) {
      const renewed = this.renew();
      if (age > KEPT_FOR_MS || (age >= GOOD_FOR_MS && !this.isAway)) await renewed;
    }
    if (this.known && this.ageMs <= KEPT_FOR_MS) return this.known;
    throw this.unavailable();
  }

  private async readAt(nowMs: number): Promise<void> {
    try {
      const set = await this.read();
      const ids = new Set(set.keys.map(({ kid }) => kid));
      this.known = { find: createLocalJWKSet(set), ids, readAtMs: nowMs };
      this.isAway = false;
    } catch (error) {
      this.isAway = true;
      this.missed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private unavailable(): KeysUnavailable {
    const waitMs = this.askedAtMs + ASKED_EVERY_MS - this.clock.monotonic();
    return new KeysUnavailable(Math.max(1, Math.ceil(waitMs / 1000)));
  }
}
