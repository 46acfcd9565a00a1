import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { OperationEvent } from '../domain/operation-event.js';
import { parsePublicId } from '../domain/ids.js';
import type { Log } from '../platform/log/log.js';
import { throttled } from '../platform/log/throttled.js';
import { operationKeys, shardOf, SHARDS } from '../platform/redis/keys.js';
import { withinMs } from '../platform/within.js';
import { EventFeed, type FedEvent } from './event-feed.js';

type Entry = [offset: string, fields: string[]];

const BLOCK_MS = 5_000;
const AFTER_ERROR_MS = 1_000;
const ENDS_WITHIN_MS = 2_000;

/** One blocking reader per process, over the streams of all shards, hands events to whoever follows. */
export class RedisEventFeed extends EventFeed {
  private readonly listeners = new EventEmitter().setMaxListeners(0);
  private readonly keys = SHARDS.map((shard) => operationKeys(shard).events);
  private offsets: string[] = [];
  private readonly notRead: (error: Error) => void;
  private stopped = false;
  private reading: Promise<void> | null = null;

  constructor(
    private readonly commands: Redis,
    /** A connection of its own: it is blocked most of the time. */
    private readonly blocking: Redis,
    log: Log,
  ) {
    super();
    this.notRead = throttled(log, 'event stream');
  }

  async start(): Promise<void> {
    this.offsets = await Promise.all(
      this.keys.map(async (key) => (await this.commands.xrevrange(key, '+', '-', 'COUNT', 1))[0]?.[0] ?? '0'),
    );
    this.reading = this.read();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.blocking.disconnect();
    // A read that waits for Redis to come back ends never.
    if (this.reading) await withinMs(ENDS_WITHIN_MS, this.reading).catch(() => undefined);
  }

  async replay(operationId: string, after: string): Promise<FedEvent[]> {
    const siteId = parsePublicId(operationId)?.siteId;
    if (!siteId) return [];
    const key = operationKeys(shardOf(siteId)).operationEvents(operationId);
    return (await this.commands.xrange(key, after === '0' ? '-' : `(${after}`, '+')).map(fedEvent);
  }

  follow(operationId: string, listener: (event: FedEvent) => void): () => void {
    this.listeners.on(operationId, listener);
    return () => this.listeners.off(operationId, listener);
  }

  private async read(): Promise<void> {
    while (!this.stopped) {
      try {
        const answer = (await this.blocking.xread(
          'COUNT',
          500,
          'BLOCK',
          BLOCK_MS,
          'STREAMS',
          ...this.keys,
          ...this.offsets,
        )) as [string, Entry[]][] | Record<string, Entry[]> | null;
        this.deliver(answer);
      } catch (error) {
        if (this.stopped) return;
        this.notRead(error instanceof Error ? error : new Error('unknown'));
        await pause(AFTER_ERROR_MS);
      }
    }
  }

  private deliver(answer: [string, Entry[]][] | Record<string, Entry[]> | null): void {
    if (!answer) return;
    // The protocol's third version answers with a map, the second with a list of pairs.
    for (const [key, entries] of Array.isArray(answer) ? answer : Object.entries(answer)) {
      for (const entry of entries) {
        this.offsets[this.keys.indexOf(key)] = entry[0];
        const event = fedEvent(entry);
        this.listeners.emit(event.event.operationId, event);
      }
    }
  }
}

function fedEvent([offset, fields]: Entry): FedEvent {
  return { offset, event: JSON.parse(fields[1] ?? '{}') as OperationEvent };
}
