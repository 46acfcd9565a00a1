import type { FedEvent } from '../../events/event-feed.js';
import { subjectOf, type EventSubject } from '../../events/event-subject.js';
import { PastEvents } from '../../events/past-events.js';
import { shardOf } from '../../platform/redis/keys.js';
import type { ArchivedOperations } from './archived-operations.js';

/** They are kept beside the record. */
export class ArchivedEvents extends PastEvents {
  constructor(private readonly archived: Pick<ArchivedOperations, 'entry'>) {
    super();
  }

  async eventsOf(operationId: string): Promise<FedEvent[] | null> {
    const entry = await this.archived.entry(operationId);
    if (!entry) return null;
    const shard = shardOf(entry.record.siteId);
    return entry.events.map(([offset, event]) => ({ shard, offset, event }));
  }

  async subjectOf(operationId: string): Promise<EventSubject | null> {
    const entry = await this.archived.entry(operationId);
    return entry && subjectOf(entry.record);
  }
}
