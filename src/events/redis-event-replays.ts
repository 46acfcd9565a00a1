import { setImmediate as breath } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { operationKeys } from '../platform/redis/keys.js';
import { compareOffsets, FROM_THE_FIRST } from './event-feed.js';
import { heldEvent, type HeldEvent, type RecentEvents } from './recent-events.js';
import { fedEvents } from './stream-entries.js';

const PAGE = 500;

/**
 * What was, for readers who come back: from what this process holds, and else from the store's streams. However many come
 * back together, what is not held yet is read once for all of them, as far as there is room for it.
 */
export class RedisEventReplays {
  private readonly reaching = new Map<number, Promise<void>>();

  constructor(
    private readonly redis: Redis,
    private readonly recent: RecentEvents,
  ) {}

  /**
   * Whether everything after the place is held, if need be after reading it.
   * @param now how far this process has told: where what it holds of a shard begins that it does not know yet
   */
  async reach(shard: number, place: string, now: string): Promise<boolean> {
    this.recent.begin(shard, now);
    if (place === FROM_THE_FIRST) return this.recent.covers(shard, place);
    // What is cut off meanwhile is not read again: each reading begins before the last one, or is none.
    for (let before: string | null = null; ;) {
      if (this.recent.covers(shard, place)) return true;
      const since = this.recent.since(shard);
      if (since === null || !this.recent.hasRoom()) return false;
      if (before !== null && compareOffsets(since, before) >= 0) return false;
      before = since;
      const reading = this.reaching.get(shard) ?? this.readBefore(shard, since);
      this.reaching.set(shard, reading);
      await reading;
    }
  }

  /**
   * Pages of what came after one place, up to another.
   * @param onStore told before the store is asked; what it throws is thrown
   */
  async *between(
    shard: number,
    from: string,
    until: string,
    onStore: () => void,
  ): AsyncGenerator<{ events: readonly HeldEvent[]; after: string }, void, void> {
    const held = this.recent.between(shard, from, until);
    if (!held) {
      if (compareOffsets(from, until) < 0) onStore();
      return yield* this.stored(shard, from, until);
    }
    for (let i = 0; i < held.length; i += PAGE) {
      const events = held.slice(i, i + PAGE);
      yield { events, after: i + PAGE >= held.length ? until : (events.at(-1)?.fed.offset ?? until) };
      // Nothing is waited for here: others have their turn.
      await breath();
    }
  }

  private async *stored(
    shard: number,
    from: string,
    until: string,
  ): AsyncGenerator<{ events: readonly HeldEvent[]; after: string }, void, void> {
    for (let after = from; compareOffsets(after, until) < 0;) {
      const begin = after === FROM_THE_FIRST ? '-' : `(${after}`;
      const entries = await this.redis.xrange(operationKeys(shard).events, begin, until, 'COUNT', PAGE);
      after = entries.length < PAGE ? until : (entries.at(-1)?.[0] ?? until);
      yield { events: fedEvents(shard, entries).map((fed) => heldEvent(fed)), after };
    }
  }

  /** One page more; none if there is nothing before. */
  private async readBefore(shard: number, since: string): Promise<void> {
    try {
      const { events } = operationKeys(shard);
      // With the place itself: if that is not there, the stream is not the one that was read.
      const [first, ...before] = await this.redis.xrevrange(events, since, '-', 'COUNT', PAGE + 1);
      const oldest = before.at(-1);
      if (first?.[0] !== since || !oldest || this.recent.since(shard) !== since) return;
      const entries = [first, ...before.slice(0, -1)].reverse();
      this.recent.addBefore(
        shard,
        oldest[0],
        fedEvents(shard, entries).map((fed) => heldEvent(fed)),
      );
    } finally {
      this.reaching.delete(shard);
    }
  }
}
