import type { Redis } from 'ioredis';
import { RedisScript } from '../platform/redis/script.js';

const REPLACE = new RedisScript(new URL('./lua/replace-record.lua', import.meta.url));

/**
 * Writes what `change` makes of a record in a hash, whoever else writes meanwhile: it is read again until nobody did.
 * @param change null = nothing is written
 * @returns what was written; null = there is no such record, or nothing was
 */
export async function replaceRecord<T>(
  redis: Redis,
  key: string,
  id: string,
  change: (record: T) => T | null,
): Promise<T | null> {
  for (;;) {
    const before = await redis.hget(key, id);
    const changed = before === null ? null : change(JSON.parse(before) as T);
    if (before === null || changed === null) return null;
    const answer = await REPLACE.run(redis, [key], [id, before, JSON.stringify(changed)]);
    if (answer === 'WRITTEN') return changed;
  }
}
