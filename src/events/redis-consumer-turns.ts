import type { Redis } from 'ioredis';
import { consumerKey, operationKeys, SHARDS } from '../platform/redis/keys.js';
import { RedisScript } from '../platform/redis/script.js';
import { ConsumerTurns, type Asking, type Turn } from './consumer-turns.js';
import { lagSeconds } from './redis-lag.js';
import { fedEvents, type StreamEntry } from './stream-entries.js';

const NEXT = new RedisScript(new URL('./lua/next-events.lua', import.meta.url));

/** Beside the stream of each shard: how far each consumer has got, and whose turn it is. */
export class RedisConsumerTurns extends ConsumerTurns {
  constructor(
    private readonly redis: Redis,
    /** Names this process. */
    private readonly me: string,
    private readonly lastsMs: number,
  ) {
    super();
  }

  next(asking: Asking, most: number, handled: string | null): Promise<Turn | null> {
    return this.ask(asking, this.lastsMs, most, handled);
  }

  async renew(asking: Asking): Promise<void> {
    await this.ask(asking, this.lastsMs, 0, null);
  }

  async leave(asking: Asking, handled: string | null): Promise<void> {
    await this.ask(asking, 0, 0, handled);
  }

  async lagSeconds({ name }: Asking['consumer'], nowMs: number): Promise<number> {
    const places = SHARDS.map((shard) => this.redis.hget(consumerKey(shard, name), 'at'));
    return lagSeconds(this.redis, await Promise.all(places), nowMs);
  }

  private async ask(
    { consumer, shard }: Asking,
    lastsMs: number,
    most: number,
    handled: string | null,
  ): Promise<Turn | null> {
    const [word, missing, entries, after] = (await NEXT.run(
      this.redis,
      [consumerKey(shard, consumer.name), operationKeys(shard).events],
      [this.me, lastsMs, most, consumer.begins ?? 'FIRST', handled ?? ''],
    )) as ['HELD'] | ['YOURS', string, StreamEntry[], string];
    if (word === 'HELD') return null;
    const until = entries.at(-1)?.[0] ?? null;
    return { isGap: missing === '1', after, events: fedEvents(shard, entries), until };
  }
}
