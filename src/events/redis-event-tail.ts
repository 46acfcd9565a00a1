import type { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Log } from '../platform/log/log.js';
import { throttled } from '../platform/log/throttled.js';
import { operationKeys, SHARDS } from '../platform/redis/keys.js';
import type { StreamReader } from '../platform/redis/stream-readers.js';
import { withinMs } from '../platform/within.js';
import { FROM_THE_FIRST, type FedEvent } from './event-feed.js';
import { isTrimmed } from './redis-trimming.js';
import { entriesByKey, fedEvents, type StreamEntry, type StreamsAnswer } from './stream-entries.js';

/** Told of what was written into the stream of a shard, in its order. What it rejects is told again. */
export type TailListener = (shard: number, events: readonly FedEvent[]) => void | Promise<void>;

const BLOCK_MS = 5_000;
const MOST_AT_ONCE = 500;
const AFTER_ERROR_MS = 1_000;
const ENDS_WITHIN_MS = 2_000;

/** Reads, once per process, what is written into the streams of all shards from its start on. */
export class RedisEventTail {
  private readonly listeners = new Set<TailListener>();
  private readonly losses = new Set<(shard: number) => void>();
  private readonly offsets: string[] = SHARDS.map(() => FROM_THE_FIRST);
  private readonly notRead: (error: Error) => void;
  private stopped = false;
  private reading: Promise<unknown> | null = null;

  constructor(
    private readonly commands: Redis,
    private readonly readers: readonly StreamReader[],
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

  /** Calls back when a stream is not the one that was read, or was trimmed beyond that: what comes next is told as new. */
  whenLost(listener: (shard: number) => void): void {
    this.losses.add(listener);
  }

  /** How far everybody was told, by shard. */
  places(): readonly string[] {
    return this.offsets;
  }

  private async read({ shards, connection }: StreamReader): Promise<void> {
    const keys = shards.map((shard) => operationKeys(shard).events);
    let isSure = true;
    // A read that was under way is sent again unseen, perhaps to another server.
    for (const sign of ['close', '-node', '+node'])
      (connection as EventEmitter).on(sign, () => {
        isSure = false;
      });
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
        if (!isSure) {
          isSure = true;
          if (await this.isAnother(shards)) continue;
        }
        for (const [key, entries] of entriesByKey(answer)) {
          const shard = shards[keys.indexOf(key)];
          if (shard === undefined) continue;
          // Only who is behind can be outrun by the trimming; what is there afterwards was there before.
          if (entries.length === MOST_AT_ONCE && (await this.hasLost(shard))) continue;
          await this.tell(shard, entries);
        }
      } catch (error) {
        if (this.stopped) return;
        isSure = false;
        this.notRead(error instanceof Error ? error : new Error('unknown'));
        await pause(AFTER_ERROR_MS);
      }
    }
  }

  /** What answers may be another server, with less in it: then what is there by now is left out, and that is told. */
  private async isAnother(shards: readonly number[]): Promise<boolean> {
    const lost = await Promise.all(shards.map((shard) => this.hasLost(shard)));
    return lost.includes(true);
  }

  private async hasLost(shard: number): Promise<boolean> {
    const key = operationKeys(shard).events;
    const at = this.offsets[shard] ?? FROM_THE_FIRST;
    const [last] = await this.commands.xrevrange(key, '+', '-', 'COUNT', 1);
    if (at === FROM_THE_FIRST) {
      if (!last || !(await isTrimmed(this.commands, key))) return false;
    } else if ((await this.commands.xrange(key, at, at)).length > 0) return false;
    this.offsets[shard] = last?.[0] ?? FROM_THE_FIRST;
    for (const listener of this.losses) listener(shard);
    return true;
  }

  private async tell(shard: number, entries: readonly StreamEntry[]): Promise<void> {
    const events = fedEvents(shard, entries, this.notRead);
    for (const listener of this.listeners) await listener(shard, events);
    this.offsets[shard] = entries.at(-1)?.[0] ?? this.offsets[shard] ?? FROM_THE_FIRST;
  }
}
