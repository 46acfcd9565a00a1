import type { FedEvent } from './event-feed.js';

/** Events of operations that have left the store. */
export abstract class PastEvents {
  /** All of one operation, oldest first; null = there is no such operation. */
  abstract eventsOf(operationId: string): Promise<FedEvent[] | null>;
}
