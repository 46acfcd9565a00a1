import { cloudEvent, type CloudEvent } from './cloud-event.js';
import type { FedEvent } from './event-feed.js';
import type { EventSubjects } from './redis-event-subjects.js';

/** Events as they are told outward, with whose they are. */
export class CloudEvents {
  constructor(private readonly subjects: Pick<EventSubjects, 'of'>) {}

  /** In the same order. */
  async of(events: readonly FedEvent[]): Promise<(CloudEvent & { subject: string; sequence: number })[]> {
    const subjects = await this.subjects.of(events.map(({ event }) => event.operationId));
    return events.map((fed) => cloudEvent(fed, subjects.get(fed.event.operationId)));
  }
}
