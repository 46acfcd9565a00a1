import type { Redis } from 'ioredis';
import type { Clock } from '../platform/clock.js';
import { APPROVAL_KEYS } from '../platform/redis/keys.js';
import { RedisScript } from '../platform/redis/script.js';

const TAKE = new RedisScript(new URL('./lua/take-place.lua', import.meta.url));
const LASTS_MS = 60_000;

/** MOVE = a workload is moved. ASK = a second person is asked. */
export type Paced = 'MOVE' | 'ASK';

/**
 * How much one principal may begin within any minute, counted over all processes: whoever holds a stolen key, or a script
 * that went wrong, is stopped at so much.
 */
export class Pace {
  constructor(
    private readonly redis: Redis,
    private readonly clock: Clock,
    readonly perMinute: number,
  ) {}

  /**
   * @param what the same thing again takes no further place
   * @returns 0, or the milliseconds until there is a place
   */
  async take(kind: Paced, principalId: string, what: string): Promise<number> {
    const answer = await TAKE.run(
      this.redis,
      [APPROVAL_KEYS.pace(kind, principalId)],
      [this.clock.now(), LASTS_MS, this.perMinute, what],
    );
    return Number(answer);
  }

  /** Nothing came of it. */
  async giveBack(kind: Paced, principalId: string, what: string): Promise<void> {
    await this.redis.zrem(APPROVAL_KEYS.pace(kind, principalId), what);
  }
}
