import type { OperationEvent } from '../domain/operation-event.js';
import type { FedEvent } from './event-feed.js';

/** CloudEvents 1.0, as JSON: the envelope of everything that is told outward. */
export interface CloudEvent {
  specversion: '1.0';
  /** The place in the stream. */
  id: string;
  source: '/v1/operations';
  type: string;
  /** The operation's id. */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  /** The order among the events of one operation. */
  sequence: number;
  data: OperationEvent;
}

export function cloudEvent({ offset, event }: FedEvent): CloudEvent {
  return {
    specversion: '1.0',
    id: offset,
    source: '/v1/operations',
    type: event.type,
    subject: event.operationId,
    time: event.time,
    datacontenttype: 'application/json',
    sequence: event.sequence,
    data: event,
  };
}
