import type { OperationEvent } from '../domain/operation-event.js';
import type { FedEvent } from './event-feed.js';
import type { EventSubject } from './event-subject.js';

/** CloudEvents 1.0, as JSON: the envelope of everything that is told outward. */
export interface CloudEvent<Data = OperationEvent & Partial<Omit<EventSubject, 'liesAt'>>> {
  specversion: '1.0';
  /** Of an event: shard and place in its stream, the same wherever and however often it is told. */
  id: string;
  source: '/v1/operations';
  type: string;
  /** The operation's id. */
  subject?: string;
  time: string;
  datacontenttype: 'application/json';
  /** The order among the events of one operation. */
  sequence?: number;
  data: Data;
}

export function eventId({ shard, offset }: FedEvent): string {
  return `${shard}.${offset}`;
}

/** @param subject whose event it is; absent = that is not told (`CloudEvents` finds it) */
export function cloudEvent(
  fed: FedEvent,
  subject?: EventSubject,
): CloudEvent & { subject: string; sequence: number } {
  const { event } = fed;
  const { liesAt: _liesAt, ...told } = subject ?? {};
  return {
    specversion: '1.0',
    id: eventId(fed),
    source: '/v1/operations',
    type: event.type,
    subject: event.operationId,
    time: event.time,
    datacontenttype: 'application/json',
    sequence: event.sequence,
    data: subject ? { ...event, ...told } : event,
  };
}
