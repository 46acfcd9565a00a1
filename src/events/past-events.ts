import type { FedEvent } from './event-feed.js';
import type { EventSubject } from './event-subject.js';

/** Events of operations that have left the store. */
export abstract class PastEvents {
  /** All of one operation, oldest first; null = there is no such operation. */
  abstract eventsOf(operationId: string): Promise<FedEvent[] | null>;

  /** Whose they are; null = there is no such operation. */
  abstract subjectOf(operationId: string): Promise<EventSubject | null>;
}
