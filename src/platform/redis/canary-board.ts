import type { Redis } from 'ioredis';
import { canaryKey } from './keys.js';

const KEPT_S = 60;

/** Which canaries were heard of late, by whomever: the mark of the last one per place, for a minute. */
export class CanaryBoard {
  constructor(private readonly redis: Redis) {}

  async heard(place: string, mark: string): Promise<void> {
    await this.redis.set(canaryKey(place), mark, 'EX', KEPT_S);
  }

  /** By place, in the order given; null = none within the last minute. */
  seen(places: readonly string[]): Promise<(string | null)[]> {
    return places.length === 0 ? Promise.resolve([]) : this.redis.mget(places.map(canaryKey));
  }
}
