import { isVerdict } from '../../domain/operation.js';
import type { EventConsumer } from '../../events/event-consumer.js';
import type { FedEvent } from '../../events/event-feed.js';
import type { FinishedOperations } from './redis-finished-operations.js';

const AT_ONCE = 16;

/**
 * A stream takes at least four kilobytes in Redis, however little is in it: when an operation has ended, its events go
 * into its record. Whoever reads them asks `EventFeed.replay`, before and afterwards.
 */
export class EventFolding implements EventConsumer {
  readonly name = 'event-folding';

  constructor(private readonly finished: Pick<FinishedOperations, 'fold'>) {}

  async handle(events: readonly FedEvent[]): Promise<void> {
    const ended = events.filter(({ event }) => isVerdict(event.state));
    const ids = [...new Set(ended.map(({ event }) => event.operationId))];
    for (let i = 0; i < ids.length; i += AT_ONCE) {
      await Promise.all(ids.slice(i, i + AT_ONCE).map((id) => this.finished.fold(id)));
    }
  }
}
