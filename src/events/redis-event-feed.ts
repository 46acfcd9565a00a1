import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { parsePublicId } from '../domain/ids.js';
import { operationKeys, shardOf } from '../platform/redis/keys.js';
import { compareOffsets, EventFeed, FROM_THE_FIRST, type FedEvent } from './event-feed.js';
import { readFolded } from './folded-events.js';
import type { PastEvents } from './past-events.js';
import type { RedisEventTail } from './redis-event-tail.js';
import { fedEvents } from './stream-entries.js';

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
    const { operation, operationEvents } = operationKeys(shard);
    const start = after === FROM_THE_FIRST ? '-' : `(${after}`;
    const entries = await this.commands.xrange(operationEvents(operationId), start, '+');
    if (entries.length > 0) return fedEvents(shard, entries);
    // It has ended, or left the store; or there is nothing after that place.
    const folded = await this.commands.hgetBuffer(operation(operationId), 'e');
    const all = folded
      ? readFolded(operationId, folded).events.map(([offset, event]) => ({ shard, offset, event }))
      : ((await this.past?.eventsOf(operationId)) ?? []);
    return all.filter(({ offset }) => after === FROM_THE_FIRST || compareOffsets(offset, after) > 0);
  }

  follow(operationId: string, listener: (event: FedEvent) => void): () => void {
    this.listeners.on(operationId, listener);
    return () => this.listeners.off(operationId, listener);
  }
}
