import type { FedEvent } from './event-feed.js';

/**
 * Somebody to whom every event is told, with a position that is kept: the stream of each shard from beginning to end,
 * whichever worker runs. Of all workers one at a time tells a consumer of a shard; different shards are told at once.
 *
 * At least once: the position moves after `handle` has resolved, so a batch comes again after a failure, a crash or a
 * failover of the store. Whoever concludes does it idempotently (`shard` and `offset` name an event, and so do its operation's id and
 * `sequence`).
 */
export interface EventConsumer {
  /** Names the position in the store: never to be changed, one per consumer. */
  readonly name: string;
  /** Where a consumer begins that has no position yet; absent = FIRST, the oldest event that is kept. */
  readonly begins?: 'FIRST' | 'NEXT';
  /** In the order of the stream, so in order within an operation. Throws = the same batch again later. */
  handle(events: readonly FedEvent[]): Promise<void>;
  /**
   * Events of the shard may have been trimmed before this consumer read them, or the store is another one than it
   * was: told before the events that are left, all of which come (again). Throws = told again later.
   * @param after offset of the last event that it was told; '0' = it was told none
   */
  onGap?(shard: number, after: string): Promise<void>;
}

/** Injected into the worker's `EventConsumption`: a list of `EventConsumer`, filled in `worker.module.ts`. */
export const EVENT_CONSUMERS = Symbol('event consumers');
