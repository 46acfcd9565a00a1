import type { Operation } from '../../domain/operation.js';
import type { IdempotencyClaim } from '../operation-store.js';

export type Restoration =
  /** The store knows as much, or more. */
  | { kind: 'KNOWN' }
  | { kind: 'RESTORED'; before: Operation | null; operation: Operation }
  /** Another operation holds one of its groups; nothing was written. */
  | { kind: 'HELD'; before: Operation | null; heldBy: string }
  /** As before, and it was kept all the same: UNKNOWN, without those groups. */
  | { kind: 'CONFLICT'; before: Operation | null; operation: Operation };

/** What the guard does to the store: the only writes that are made while it is closed. */
export abstract class RestorableStore {
  abstract find(id: string): Promise<Operation | null>;

  /** Unfinished operations of a shard. */
  abstract openIn(shard: number): Promise<Operation[]>;

  /**
   * Writes back what a journal knows and the store has lost, in one atomic step: record, locks, indexes, idempotency
   * key and event, at a version above both. Idempotent; several processes may do it at once.
   * @param evenIfHeld by now: then it is kept as UNKNOWN, and takes no lock from anybody
   */
  abstract restore(
    journaled: Operation,
    claim: IdempotencyClaim | null,
    evenIfHeld: boolean,
  ): Promise<Restoration>;

  /**
   * The key of the request that began it, for one that is in the store without: the journal that wrote it back may not
   * know its key. Idempotent; a key that was used for another one meanwhile is left.
   */
  abstract giveBackKey(operation: Pick<Operation, 'id' | 'siteId'>, claim: IdempotencyClaim): Promise<void>;

  /** PENDING → UNKNOWN; null = it is not PENDING any more. */
  abstract doubt(id: string, evidence: string): Promise<Operation | null>;
}
