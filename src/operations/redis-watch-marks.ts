import type { Redis } from 'ioredis';
import { operationKeys, SHARDS, shardOf, watchedKey } from '../platform/redis/keys.js';
import type { Clock } from '../platform/clock.js';
import { siteOfOperation } from './operation-id.js';

/** A site that is looked at every few seconds is noted so often only. */
const NOTED_EVERY_MS = 10_000;
/** Of a shard; those are the oldest ones. */
const MOST_LOOKED_AT = 10_000;

/** When the unfinished operations of each site were last looked at, by whichever worker. */
export class WatchMarks {
  /** By the monotonic clock. */
  private readonly noted = new Map<string, number>();

  constructor(
    private readonly redis: Redis,
    private readonly clock: Clock,
    private readonly onFault: (error: Error) => void,
  ) {}

  /** A look at the site has succeeded. Nobody waits for the note. */
  note(siteId: string): void {
    const now = this.clock.monotonic();
    if (now - (this.noted.get(siteId) ?? -Infinity) < NOTED_EVERY_MS) return;
    this.noted.set(siteId, now);
    this.redis.hset(watchedKey(shardOf(siteId)), siteId, String(this.clock.now())).catch((error: unknown) => {
      this.noted.delete(siteId);
      this.onFault(error instanceof Error ? error : new Error(String(error)));
    });
  }

  /**
   * For how long the unfinished operation has not been looked at that was left alone longest, milliseconds; 0 = there is none.
   * Exact to the time between two notes.
   */
  async longestUnwatchedMs(): Promise<number> {
    const ages = await Promise.all(SHARDS.map((shard) => this.longestIn(shard)));
    return Math.max(0, ...ages);
  }

  private async longestIn(shard: number): Promise<number> {
    const [open, marks] = await Promise.all([
      this.redis.zrange(operationKeys(shard).open, '0', String(MOST_LOOKED_AT - 1), 'WITHSCORES'),
      this.redis.hgetall(watchedKey(shard)),
    ]);
    const since = new Map<string, number>();
    for (let i = 0; i + 1 < open.length; i += 2) {
      const siteId = siteOfOperation(open[i] ?? '') ?? '';
      // The oldest comes first.
      if (!since.has(siteId)) since.set(siteId, Math.max(Number(open[i + 1]), Number(marks[siteId] ?? 0)));
    }
    return Math.max(0, ...[...since.values()].map((ms) => this.clock.now() - ms));
  }
}
