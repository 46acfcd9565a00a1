import type { OperationEvent } from '../domain/operation-event.js';

/** An event with its place: an offset in the stream of a shard. */
export interface FedEvent {
  shard: number;
  offset: string;
  event: OperationEvent;
}

/** Before the first entry of a stream. */
export const FROM_THE_FIRST = '0';

/** Reads the stream that the store wrote. Nothing is published a second way. */
export abstract class EventFeed {
  /** All events of one operation after an offset ('0' = from the first). */
  abstract replay(operationId: string, after: string): Promise<FedEvent[]>;
  /** Calls back for each new event of one operation, until the returned function is called. */
  abstract follow(operationId: string, listener: (event: FedEvent) => void): () => void;
}

/** Stream offsets are `milliseconds-counter`. */
export function compareOffsets(a: string, b: string): number {
  const [aMs = 0, aCount = 0] = a.split('-').map(Number);
  const [bMs = 0, bCount = 0] = b.split('-').map(Number);
  return aMs - bMs || aCount - bCount;
}
