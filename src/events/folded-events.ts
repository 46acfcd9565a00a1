import type { OperationEvent } from '../domain/operation-event.js';
import { unpacked } from '../platform/packed.js';

/** What a stream of events of its own has come to, once the operation has ended: a few hundred bytes in its record. */
export interface FoldedEvents {
  /** Oldest first, with the places that they have in the shard's stream. */
  events: (readonly [offset: string, event: OperationEvent])[];
  /** Of the request that asked for it, as the record had it; null = it has no key. */
  keyHash: string | null;
}

export function readFolded(bytes: Buffer): FoldedEvents {
  return unpacked<FoldedEvents>(bytes);
}
