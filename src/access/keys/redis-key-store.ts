import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { API_KEY_KEYS } from '../../platform/redis/keys.js';
import { RedisScript } from '../../platform/redis/script.js';
import type { ApiKey } from './api-key.js';

const REPLACE = new RedisScript(new URL('./lua/replace-key.lua', import.meta.url));
const NOTE_USE = new RedisScript(new URL('./lua/note-use.lua', import.meta.url));

/** Revoked ones count, until somebody needs their place. */
export const MOST_KEYS = 2_000;

/** All keys at one moment. */
export interface AllKeys {
  /** null = there was none yet. */
  version: string | null;
  keys: readonly ApiKey[];
}

/** Keeps API keys, all in one slot: so that they are read at one moment, and every change has its version with it. */
export class KeyStore {
  constructor(private readonly redis: Redis) {}

  /** Another one after every change. */
  version(): Promise<string | null> {
    return this.redis.get(API_KEY_KEYS.version);
  }

  async all(): Promise<AllKeys> {
    const answers = await this.redis.multi().get(API_KEY_KEYS.version).hvals(API_KEY_KEYS.keys).exec();
    const [version, texts] = (answers ?? []).map(([error, answer]) => {
      if (error) throw error;
      return answer;
    });
    return {
      version: (version ?? null) as string | null,
      keys: ((texts ?? []) as string[]).map((text) => JSON.parse(text) as ApiKey),
    };
  }

  async find(id: string): Promise<ApiKey | null> {
    const text = await this.redis.hget(API_KEY_KEYS.keys, id);
    return text === null ? null : (JSON.parse(text) as ApiKey);
  }

  /** False = there are as many as may be. */
  async create(key: ApiKey): Promise<boolean> {
    const answer = await this.replace(key.id, '', JSON.stringify(key));
    if (answer !== 'WRITTEN' && answer !== 'FULL') throw new Error(`there is a key ${key.id} already`);
    return answer === 'WRITTEN';
  }

  /**
   * Writes what `change` makes of it, however many write at the same time.
   * @param change null = it stays as it is; may throw
   * @returns what it is now; null = there is none
   */
  async update(id: string, change: (key: ApiKey) => ApiKey | null): Promise<ApiKey | null> {
    for (;;) {
      const text = await this.redis.hget(API_KEY_KEYS.keys, id);
      if (text === null) return null;
      const key = JSON.parse(text) as ApiKey;
      const changed = change(key);
      if (!changed) return key;
      const answer = await this.replace(id, text, JSON.stringify(changed));
      if (answer === 'ABSENT') return null;
      if (answer === 'WRITTEN') return changed;
    }
  }

  /** Unless it has changed since it was read. */
  async remove(key: ApiKey): Promise<void> {
    await this.replace(key.id, JSON.stringify(key), '');
  }

  async noteUse(id: string, atMs: number): Promise<void> {
    await NOTE_USE.run(this.redis, [API_KEY_KEYS.keys, API_KEY_KEYS.uses], [id, Math.round(atMs)]);
  }

  /** Milliseconds, in the order of the ids; null = never. */
  async lastUses(ids: readonly string[]): Promise<(number | null)[]> {
    if (ids.length === 0) return [];
    const uses = await this.redis.hmget(API_KEY_KEYS.uses, ...ids);
    return uses.map((use) => (use === null ? null : Number(use)));
  }

  private replace(id: string, before: string, after: string): Promise<unknown> {
    const { keys, uses, version } = API_KEY_KEYS;
    return REPLACE.run(this.redis, [keys, uses, version], [id, before, after, randomUUID(), MOST_KEYS]);
  }
}
