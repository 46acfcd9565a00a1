import type { OperationEvent } from '../domain/operation-event.js';
import type { FedEvent } from './event-feed.js';

/** An entry of a stream, as Redis answers it. */
export type StreamEntry = [offset: string, fields: string[]];
/** The protocol's third version answers with a map, the second with a list of pairs. */
export type StreamsAnswer = [key: string, entries: StreamEntry[]][] | Record<string, StreamEntry[]> | null;

export function fedEvent(shard: number, [offset, fields]: StreamEntry): FedEvent {
  return { shard, offset, event: JSON.parse(fields[1] ?? '{}') as OperationEvent };
}

export function entriesByKey(answer: StreamsAnswer): [key: string, entries: StreamEntry[]][] {
  if (!answer) return [];
  return Array.isArray(answer) ? answer : Object.entries(answer);
}
