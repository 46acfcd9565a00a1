import type { OperationEvent } from '../domain/operation-event.js';
import type { FedEvent } from './event-feed.js';

/** CloudEvents 1.0, as JSON: the envelope of everything that is told outward. */
export interface CloudEvent {
  specversion: '1.0';
  /** Shard and place in its stream: the same wherever and however often the event is told. */
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

export function eventId({ shard, offset }: FedEvent): string {
  return `${shard}.${offset}`;
}

export function cloudEvent(fed: FedEvent): CloudEvent {
  const { event } = fed;
  return {
    specversion: '1.0',
    id: eventId(fed),
    source: '/v1/operations',
    type: event.type,
    subject: event.operationId,
    time: event.time,
    datacontenttype: 'application/json',
    sequence: event.sequence,
    data: event,
  };
}
