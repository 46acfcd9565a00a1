import type { Step } from '../../domain/operation-machine.js';
import { knowsMore, restored, restoredWithoutLocks } from '../../domain/operation-restoration.js';
import type { Operation } from '../../domain/operation.js';
import { ProblemError } from '../../domain/problem.js';
import { isoTime, type Clock } from '../../platform/clock.js';
import type { IdempotencyClaim, OperationStore } from '../operation-store.js';

/** UNREADABLE = the store does not have it, and it may be in a part of the archive that cannot be read: it is not lost. */
export type Sought = Operation | 'UNREADABLE' | null;

export type Restoration =
  /** The store knows as much, or more. */
  | { kind: 'KNOWN' }
  /** It may have ended long ago; nothing was written. */
  | { kind: 'UNREADABLE' }
  | { kind: 'RESTORED'; before: Operation | null; operation: Operation }
  /** Another operation holds one of its groups; nothing was written. */
  | { kind: 'HELD'; before: Operation | null; heldBy: string }
  /** As before, and it was kept all the same: UNKNOWN, without those groups. */
  | { kind: 'CONFLICT'; before: Operation | null; operation: Operation };

/** How the one write of a restoration went. STALE = the record is not what was read any more; HELD = a lock is another's. */
export type RestoringWrite = { kind: 'RESTORED' } | { kind: 'STALE' } | { kind: 'HELD'; heldBy: string };

const MOST_TRIES = 20;

/** What the guard does to the store: the only writes that are made while it is closed. */
export abstract class RestorableStore {
  /** @param store unguarded: what is read and written here is what the guard is closed for */
  constructor(
    protected readonly store: Pick<OperationStore, 'find' | 'openIn' | 'transition' | 'holders'>,
    protected readonly clock: Clock,
  ) {}

  find(id: string): Promise<Sought> {
    return this.store.find(id).catch((error: unknown) => {
      if (error instanceof ProblemError && error.problem.code === 'history-unavailable') return 'UNREADABLE';
      throw error;
    });
  }

  /** Unfinished operations of a shard. */
  openIn(shard: number): Promise<Operation[]> {
    return this.store.openIn(shard);
  }

  /** PENDING → UNKNOWN; null = it is not PENDING any more. */
  doubt(id: string, evidence: string): Promise<Operation | null> {
    return this.store.transition(id, { kind: 'DOUBTED', evidence });
  }

  /**
   * Writes back what a journal knows and the store has lost, in one atomic step: record, locks, indexes, idempotency
   * key and event. Idempotent; several processes may do it at once.
   * @param evenIfHeld by now: then it is kept as UNKNOWN, and takes no lock from anybody
   * @param ifGoneOn what is known for certain, where `journaled` is an end that the store may not have taken: this counts
   * if the store has gone on since. It is looked at in the write's own step, for what was read before it may be old
   */
  async restore(
    journaled: Operation,
    claim: IdempotencyClaim | null,
    evenIfHeld: boolean,
    ifGoneOn?: Operation,
  ): Promise<Restoration> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const before = await this.find(journaled.id);
      if (before === 'UNREADABLE') return { kind: 'UNREADABLE' };
      const known = ifGoneOn && before && before.version > ifGoneOn.version ? ifGoneOn : journaled;
      if (!knowsMore(known, before)) return { kind: 'KNOWN' };
      const step = restored(known, before, isoTime(this.clock.now()));
      const written = await this.write(before, step, claim);
      if (written.kind === 'RESTORED') return { kind: 'RESTORED', before, operation: step.operation };
      if (written.kind === 'STALE') continue;
      if (!evenIfHeld) return { kind: 'HELD', before, heldBy: written.heldBy };
      const kept = await this.keepWithoutLocks(known, before, claim);
      if (kept) return { kind: 'CONFLICT', before, operation: kept };
    }
    throw new Error(`operation ${journaled.id} was written by others ${MOST_TRIES} times in a row`);
  }

  /**
   * The key of the request that began it, for one that is in the store without: the journal that wrote it back may not
   * know its key. Idempotent; a key that was used for another one meanwhile is left.
   */
  abstract giveBackKey(operation: Pick<Operation, 'id' | 'siteId'>, claim: IdempotencyClaim): Promise<void>;

  /** One atomic step, if the record is still `before`. */
  protected abstract write(
    before: Operation | null,
    step: Step,
    claim: IdempotencyClaim | null,
  ): Promise<RestoringWrite>;

  private async keepWithoutLocks(
    journaled: Operation,
    before: Operation | null,
    claim: IdempotencyClaim | null,
  ): Promise<Operation | null> {
    const all = await this.store.holders(journaled.siteId, journaled.lockedGroupIds);
    const kin = [journaled.id, journaled.parentId, ...stepsOf(journaled)];
    const holders = new Map([...all].filter(([, by]) => !kin.includes(by)));
    // They were given back meanwhile.
    if (holders.size === 0) return null;
    const step = restoredWithoutLocks(journaled, before, holders, isoTime(this.clock.now()));
    const { kind } = await this.write(before, step, claim);
    return kind === 'RESTORED' ? step.operation : null;
  }
}

/** The operations that are its steps: what they hold was lent to them. */
export function stepsOf({ composite }: Operation): string[] {
  return (composite ?? []).flatMap(({ operationId }) => operationId ?? []);
}
