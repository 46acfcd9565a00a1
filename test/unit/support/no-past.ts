import type { FedEvent } from '../../../src/events/event-feed.js';
import type { PastEvents } from '../../../src/events/past-events.js';

/** Nothing has left the store. */
export const NO_PAST: PastEvents = {
  eventsOf: () => Promise.resolve<FedEvent[] | null>(null),
  subjectOf: () => Promise.resolve(null),
};
