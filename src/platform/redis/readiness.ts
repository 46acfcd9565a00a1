import type { Redis } from 'ioredis';
import { READINESS_KEY } from './keys.js';

/** Whether the store takes writes: the only proof is a write. */
export class StoreReadiness {
  constructor(private readonly redis: Redis) {}

  /** A sentence, or null when all is well. */
  async fault(): Promise<string | null> {
    const mark = `${process.pid}-${performance.now()}`;
    try {
      await this.redis.set(READINESS_KEY, mark, 'EX', 60);
      await this.redis.get(READINESS_KEY);
      return null;
    } catch (error) {
      const reason = error instanceof Error ? error.message.split('\n')[0] : 'unknown';
      return `Redis takes no writes: ${reason?.slice(0, 200)}.`;
    }
  }
}
