import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Log } from '../platform/log/log.js';
import { throttled } from '../platform/log/throttled.js';
import { operationKeys, SHARDS } from '../platform/redis/keys.js';
import { withinMs } from '../platform/within.js';
import { FROM_THE_FIRST, type FedEvent } from './event-feed.js';
import { entriesByKey, fedEvent, type StreamsAnswer } from './stream-entries.js';

/** Told of what was written into the stream of a shard, in its order. What it rejects is told again. */
export type TailListener = (shard: number, events: readonly FedEvent[]) => void | Promise<void>;

/** Shards that one command may read, and a connection for it alone: it is blocked most of the time. */
export interface TailReader {
  readonly shards: readonly number[];
  readonly connection: Redis;
}

const BLOCK_MS = 5_000;
const MOST_AT_ONCE = 500;
const AFTER_ERROR_MS = 1_000;
const ENDS_WITHIN_MS = 2_000;

/** Reads, once per process, what is written into the streams of all shards from its start on. */
export class RedisEventTail {
  private readonly listeners = new Set<TailListener>();
  private readonly offsets: string[] = SHARDS.map(() => FROM_THE_FIRST);
  private readonly notRead: (error: Error) => void;
  private stopped = false;
  private reading: Promise<unknown> | null = null;

  constructor(
    private readonly commands: Redis,
    private readonly readers: readonly TailReader[],
    log: Log,
  ) {
    this.notRead = throttled(log, 'event stream');
  }

  async start(): Promise<void> {
    await Promise.all(
      SHARDS.map(async (shard) => {
        const [last] = await this.commands.xrevrange(operationKeys(shard).events, '+', '-', 'COUNT', 1);
        this.offsets[shard] = last?.[0] ?? FROM_THE_FIRST;
      }),
    );
    this.reading = Promise.all(this.readers.map((reader) => this.read(reader)));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const { connection } of this.readers) connection.disconnect();
    // A read that waits for Redis to come back ends never.
    if (this.reading) await withinMs(ENDS_WITHIN_MS, this.reading).catch(() => undefined);
  }

  /** Until the returned function is called. */
  listen(listener: TailListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** How far everybody was told, by shard. */
  places(): readonly string[] {
    return this.offsets;
  }

  private async read({ shards, connection }: TailReader): Promise<void> {
    const keys = shards.map((shard) => operationKeys(shard).events);
    while (!this.stopped) {
      try {
        const answer = (await connection.xread(
          'COUNT',
          MOST_AT_ONCE,
          'BLOCK',
          BLOCK_MS,
          'STREAMS',
          ...keys,
          ...shards.map((shard) => this.offsets[shard] ?? FROM_THE_FIRST),
        )) as StreamsAnswer;
        for (const [key, entries] of entriesByKey(answer)) {
          const shard = shards[keys.indexOf(key)];
          if (shard !== undefined)
            await this.tell(
              shard,
              entries.map((entry) => fedEvent(shard, entry)),
            );
        }
      } catch (error) {
        if (this.stopped) return;
        this.notRead(error instanceof Error ? error : new Error('unknown'));
        await pause(AFTER_ERROR_MS);
      }
    }
  }

  private async tell(shard: number, events: readonly FedEvent[]): Promise<void> {
    for (const listener of this.listeners) await listener(shard, events);
    this.offsets[shard] = events.at(-1)?.offset ?? this.offsets[shard] ?? FROM_THE_FIRST;
  }
}
