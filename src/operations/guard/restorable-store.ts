import type { Change } from '../../domain/operation-change.js';
import { reduce, type Step } from '../../domain/operation-machine.js';
import {
  isLater,
  knowsMore,
  restored,
  restoredWithoutLocks,
  superseded,
} from '../../domain/operation-restoration.js';
import type { Operation } from '../../domain/operation.js';
import { problem, ProblemError } from '../../domain/problem.js';
import { operationPath } from '../../domain/resource-paths.js';
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
  /** Operations that one key began, two by two, as far as they were met. */
  private readonly rivals = new Map<string, string>();

  /** @param store unguarded: what is read and written here is what the guard is closed for */
  constructor(
    protected readonly store: Pick<
      OperationStore,
      'find' | 'openIn' | 'transition' | 'transitionFrom' | 'holders'
    >,
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
    let wanted = journaled;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const before = await this.find(journaled.id);
      if (before === 'UNREADABLE') return { kind: 'UNREADABLE' };
      const known = ifGoneOn && before && before.version > ifGoneOn.version ? ifGoneOn : wanted;
      if (!knowsMore(known, before)) return { kind: 'KNOWN' };
      const step = restored(known, before, isoTime(this.clock.now()));
      const written = await this.write(before, step, claim);
      if (written.kind === 'RESTORED') return { kind: 'RESTORED', before, operation: step.operation };
      if (written.kind === 'STALE') continue;
      const beside = claim && (await this.besideItsRival(known, written.heldBy, claim));
      if (beside) {
        wanted = beside;
        continue;
      }
      if (!evenIfHeld) return { kind: 'HELD', before, heldBy: written.heldBy };
      const kept = await this.keepWithoutLocks(known, before, claim);
      if (kept) return { kind: 'CONFLICT', before, operation: kept };
    }
    throw writtenByOthers(journaled.id);
  }

  /**
   * The key of the request that began it, for one that is in the store without: the journal that wrote it back may not
   * know its key. A key that began two operations, because the store had lost the first when the request came again, is
   * the later one's: whoever asked was told of that last. Idempotent.
   * @returns what was ended, for it was not sent and the other one is the same request
   */
  async giveBackKey(id: string, claim: IdempotencyClaim): Promise<Operation[]> {
    const ended: Operation[] = [];
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const holder = await this.keyHolder(id, claim);
      if (holder === id) return ended;
      if (holder !== null) ended.push(...(await this.endOneOf(id, holder)));
      if (holder !== null && isLater(holder, id)) return ended;
      if ((await this.takeKey(id, claim, holder)) !== 'CHANGED') return ended;
    }
    throw writtenByOthers(id);
  }

  get hasRivals(): boolean {
    return this.rivals.size > 0;
  }

  /** Once every journal was asked: of each two that one key began, what is not to be sent. @returns what was ended */
  async endSeconds(): Promise<Operation[]> {
    const pairs = [...this.rivals];
    const ended = await Promise.all(pairs.map(([id, other]) => this.endOneOf(id, other)));
    this.rivals.clear();
    return ended.flat();
  }

  /** The operation that the key stands for, in the shard of that one. */
  protected abstract keyHolder(id: string, claim: IdempotencyClaim): Promise<string | null>;

  /**
   * One atomic step, if the key still stands for `holder`. TAKEN also when it was done before; ABSENT = the operation is
   * not in the store, though maybe in the archive.
   */
  protected abstract takeKey(
    id: string,
    claim: IdempotencyClaim,
    holder: string | null,
  ): Promise<'TAKEN' | 'CHANGED' | 'ABSENT'>;

  /** Of two that one key began; what is known of them now may change while there are journals left to ask. */
  private async endOneOf(id: string, otherId: string): Promise<Operation[]> {
    this.rivals.set(id, otherId);
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const [own, other] = await Promise.all([this.find(id), this.find(otherId)]);
      if (!isThere(own) || !isThere(other)) return [];
      const second = superseded(own, other);
      if (!second) return [];
      const ended = await this.store.transitionFrom(second, endFor(second === own ? other : own));
      if (ended) return [ended];
    }
    throw writtenByOthers(id);
  }

  /**
   * Its group is held by what the same request began.
   * @returns as what it can be written back now; null = it is none of those
   */
  private async besideItsRival(
    journaled: Operation,
    holderId: string,
    claim: IdempotencyClaim,
  ): Promise<Operation | null> {
    if ((await this.keyHolder(journaled.id, claim)) !== holderId) return null;
    const holder = await this.find(holderId);
    const second = isThere(holder) ? superseded(journaled, holder) : null;
    if (!second || !isThere(holder)) return null;
    this.rivals.set(journaled.id, holderId);
    if (second === journaled)
      return reduce(journaled, endFor(holder), isoTime(this.clock.now()))?.operation ?? null;
    return (await this.store.transitionFrom(holder, endFor(journaled))) && journaled;
  }

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

function isThere(sought: Sought): sought is Operation {
  return sought !== null && sought !== 'UNREADABLE';
}

/** Of what was not sent, and is not to be: the other one is the same request. */
function endFor({ id }: Operation): Change {
  const text = `The store had lost one of two operations when its request came again with the same Idempotency-Key: ${id} is the other one. Nothing was sent for this one.`;
  return {
    kind: 'VERDICT',
    state: 'REJECTED',
    outcome: 'NONE',
    problem: problem('not-durable', text, {
      nextActions: [{ title: 'Look at the other one', method: 'GET', href: operationPath(id) }],
    }),
    text,
  };
}

function writtenByOthers(id: string): Error {
  return new Error(`operation ${id} was written by others ${MOST_TRIES} times in a row`);
}
