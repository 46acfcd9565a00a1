import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { parsePublicId } from '../domain/ids.js';
import { operationKeys, shardOf } from '../platform/redis/keys.js';
import { compareOffsets, EventFeed, FROM_THE_FIRST, type FedEvent } from './event-feed.js';
import type { PastEvents } from './past-events.js';
import type { RedisEventTail } from './redis-event-tail.js';
import { fedEvent } from './stream-entries.js';

/** The events of single operations, for whoever follows one. */
export class RedisEventFeed extends EventFeed {
  private readonly listeners = new EventEmitter().setMaxListeners(0);

  constructor(
    private readonly commands: Redis,
    tail: RedisEventTail,
    /** Of operations that have left the store. */
    private readonly past?: PastEvents,
  ) {
    super();
    tail.listen((_shard, events) => {
      for (const fed of events) this.listeners.emit(fed.event.operationId, fed);
    });
  }

  async replay(operationId: string, after: string): Promise<FedEvent[]> {
    const siteId = parsePublicId(operationId)?.siteId;
    if (!siteId) return [];
    const shard = shardOf(siteId);
    const key = operationKeys(shard).operationEvents(operationId);
    const entries = await this.commands.xrange(key, after === FROM_THE_FIRST ? '-' : `(${after}`, '+');
    if (entries.length > 0 || !this.past) return entries.map((entry) => fedEvent(shard, entry));
    const past = (await this.past.eventsOf(operationId)) ?? [];
    return past.filter(({ offset }) => after === FROM_THE_FIRST || compareOffsets(offset, after) > 0);
  }

  follow(operationId: string, listener: (event: FedEvent) => void): () => void {
    this.listeners.on(operationId, listener);
    return () => this.listeners.off(operationId, listener);
  }
}
