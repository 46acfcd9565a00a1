import { createHash } from 'node:crypto';
import { isoTime } from '../platform/clock.js';

export const DELIVERY_STATES = ['WAITING', 'DELIVERED', 'FAILED'] as const;
/** WAITING: to be sent, or sent again. FAILED: given up; it can be sent again by a person. */
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One request, and what came back. */
export interface DeliveryAttempt {
  time: string;
  /** HTTP's; null = no answer came. */
  responseStatus: number | null;
  latencyMs: number;
  /** What came of it, as a sentence; null = it was taken. */
  error: string | null;
  /** The first characters of the answer. */
  answer: string | null;
}

/** One event on its way to one webhook. */
export interface Delivery {
  /** 32 hex digits, in order of the events' time and sequence; the same event for the same webhook has the same one. */
  id: string;
  webhookId: string;
  /** `webhook-id`: the same however often it is sent. */
  eventId: string;
  eventType: string;
  eventTime: string;
  /** The operation; null = it is about none. */
  operationId: string | null;
  siteId: string | null;
  sequence: number | null;
  state: DeliveryState;
  /** Deliveries of one chain are sent one after the other: those of one operation. */
  chain: string;
  /** When it began to wait: created, or asked for again. */
  queuedTime: string;
  /** How often it failed since then. */
  failures: number;
  /** All of them, though only the last ones are kept. */
  attemptCount: number;
  attempts: DeliveryAttempt[];
  nextAttemptTime: string | null;
  endedTime: string | null;
  /** What is sent, to the letter. */
  body: string;
}

const ATTEMPTS_KEPT = 20;

/** What is told, before it is known to whom. */
export interface Telling {
  eventId: string;
  type: string;
  time: string;
  operationId: string | null;
  siteId: string | null;
  sequence: number | null;
  body: string;
}

/** Before the ids of all whose event is of that time or later, epoch milliseconds. */
export function deliveriesFrom(ms: number): string {
  return Math.max(0, ms).toString(16).padStart(12, '0');
}

function deliveryId(webhookId: string, { eventId, time, sequence }: Telling): string {
  const when = deliveriesFrom(Date.parse(time));
  const order = Math.min(sequence ?? 0, 0xffffff)
    .toString(16)
    .padStart(6, '0');
  const digest = createHash('sha256').update(`${webhookId}\n${eventId}`).digest('hex');
  return when + order + digest.slice(0, 14);
}

export function newDelivery(webhookId: string, telling: Telling, nowMs: number): Delivery {
  const { eventId, type, time, operationId, siteId, sequence, body } = telling;
  return {
    id: deliveryId(webhookId, telling),
    webhookId,
    ...{ eventId, eventType: type, eventTime: time, operationId, siteId, sequence },
    state: 'WAITING',
    chain: operationId ?? `notice.${eventId}`,
    queuedTime: isoTime(nowMs),
    failures: 0,
    attemptCount: 0,
    attempts: [],
    nextAttemptTime: null,
    endedTime: null,
    body,
  };
}

/** Its place among those of the webhook: a chain lies together, in the order of the operation's events. */
export function placeInLine({ chain, sequence, id }: Delivery): string {
  return `${chain}|${String(sequence ?? 0).padStart(12, '0')}|${id}`;
}

/** @param nextMs when it is to be tried again; null = not any more */
export function afterAttempt(
  delivery: Delivery,
  attempt: DeliveryAttempt,
  nextMs: number | null,
  nowMs: number,
): Delivery {
  const taken = attempt.error === null;
  const isOver = taken || nextMs === null;
  return {
    ...delivery,
    state: taken ? 'DELIVERED' : isOver ? 'FAILED' : 'WAITING',
    failures: delivery.failures + (taken ? 0 : 1),
    attemptCount: delivery.attemptCount + 1,
    attempts: [...delivery.attempts, attempt].slice(-ATTEMPTS_KEPT),
    nextAttemptTime: isOver ? null : isoTime(nextMs),
    endedTime: isOver ? isoTime(nowMs) : null,
  };
}

/** Without another attempt. */
export function givenUp(delivery: Delivery, nowMs: number): Delivery {
  return { ...delivery, state: 'FAILED', nextAttemptTime: null, endedTime: isoTime(nowMs) };
}

/** To be sent again because a person wants it, beside whatever waits. */
export function askedForAgain(delivery: Delivery, nowMs: number): Delivery {
  return {
    ...delivery,
    state: 'WAITING',
    chain: `again.${delivery.id}`,
    queuedTime: isoTime(nowMs),
    failures: 0,
    nextAttemptTime: isoTime(nowMs),
    endedTime: null,
  };
}
