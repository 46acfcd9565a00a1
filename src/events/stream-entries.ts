import type { OperationEvent } from '../domain/operation-event.js';
import type { FedEvent } from './event-feed.js';

/** An entry of a stream, as Redis answers it. */
export type StreamEntry = [offset: string, fields: string[]];
/** The protocol's third version answers with a map, the second with a list of pairs. */
export type StreamsAnswer = [key: string, entries: StreamEntry[]][] | Record<string, StreamEntry[]> | null;

/** What cannot be read is passed over: it would hold up for ever what comes after it. */
export function fedEvents(
  shard: number,
  entries: readonly StreamEntry[],
  unreadable?: (error: Error) => void,
): FedEvent[] {
  return entries.flatMap(([offset, fields]) => {
    const event = eventIn(fields[1] ?? '');
    if (event) return [{ shard, offset, event }];
    unreadable?.(new Error(`the event at ${shard}.${offset} cannot be read, and is passed over`));
    return [];
  });
}

function eventIn(text: string): OperationEvent | null {
  try {
    const event = JSON.parse(text) as Partial<OperationEvent> | null;
    return typeof event?.operationId === 'string' ? (event as OperationEvent) : null;
  } catch {
    return null;
  }
}

export function entriesByKey(answer: StreamsAnswer): [key: string, entries: StreamEntry[]][] {
  if (!answer) return [];
  return Array.isArray(answer) ? answer : Object.entries(answer);
}
