import type { Redis } from 'ioredis';
import { operationKeys } from '../platform/redis/keys.js';
import { FROM_THE_FIRST } from './event-feed.js';

/**
 * How long the oldest event has waited that comes after these places; 0 = none waits.
 * @param places by shard; null = before the first
 */
export async function lagSeconds(
  redis: Redis,
  places: readonly (string | null)[],
  nowMs: number,
): Promise<number> {
  const waiting = await Promise.all(
    places.map(async (place, shard) => {
      const from = place === null || place === FROM_THE_FIRST ? '-' : `(${place}`;
      const [next] = await redis.xrange(operationKeys(shard).events, from, '+', 'COUNT', 1);
      return next ? nowMs - Number(next[0].split('-')[0]) : 0;
    }),
  );
  return Math.max(0, ...waiting) / 1000;
}
