import type { Scope } from '../domain/access/scope.js';
import type { DrAction } from '../domain/dr-action.js';
import type { Change, CompositeChange } from '../domain/operation-change.js';
import type { Operation, Origin, OperationState, Outcome } from '../domain/operation.js';

/** What makes two requests the same. */
export interface IdempotencyClaim {
  /** SHA-256 of who asks and the key they chose. */
  keyHash: string;
  /** SHA-256 of method, path and body. */
  fingerprint: string;
}

export type Acceptance =
  | { kind: 'ACCEPTED' }
  /** The key is taken; by the same request if the fingerprints are equal. */
  | { kind: 'EXISTS'; operationId: string; fingerprint: string }
  | { kind: 'BUSY'; heldBy: string };

/** STALE = the parent is not what the caller read any more; nothing was written. */
export type StepAcceptance =
  { kind: 'ACCEPTED'; parent: Operation } | { kind: 'BUSY'; heldBy: string } | { kind: 'STALE' };

/** Of a group: the operation that holds it, and the one that did so last. */
export interface Holding {
  heldBy: string | null;
  lastHeldBy: string | null;
}

/**
 * BUSY, STALE = an operation holds, or has held meanwhile, what was seen to be free. KNOWN = one of its jobs is an
 * operation's already.
 */
export type Recording =
  { kind: 'RECORDED' } | { kind: 'BUSY'; heldBy: string } | { kind: 'STALE' } | { kind: 'KNOWN' };

export type StepStart = Extract<CompositeChange, { kind: 'STEP_STARTED' }>;

export interface OperationFilter {
  /** Whatever is outside of it is not there: it is not found, not counted, and no place on the way. */
  seen: Scope;
  siteId?: string;
  provider?: string;
  state?: readonly OperationState[];
  action?: DrAction;
  outcome?: Outcome;
  /** Also finds what was done to parts of that group or plan. */
  targetId?: string;
  /** The steps of that operation. */
  parentId?: string;
  requestedBy?: string;
  origin?: Origin;
  /** Text in the target's name or the reason. */
  q?: string;
  createdAfter?: number;
  createdBefore?: number;
  /** Only what has ended, at that time or later. */
  endedAfter?: number;
  /** Only what has ended, earlier than that. */
  endedBefore?: number;
  newestFirst: boolean;
}

/** A place between two operations in the order of creation. */
export interface OperationCursor {
  createdMs: number;
  id: string;
}

export interface OperationPage {
  items: Operation[];
  /** null = there is no more. A page may be short and still have a next one. */
  next: OperationCursor | null;
  /** What lies in the range of this page and could not be looked at; absent = nothing. */
  unreadable?: UnreadablePart[];
}

/** A part of the archive that is missing, damaged, or not to be seen from this process. */
export interface UnreadablePart {
  /** When the first and the last of its operations were created. */
  fromTime: string;
  untilTime: string;
  /** null = that is not known. */
  operations: number | null;
  detail: string;
}

/**
 * Owns the truth about operations, and is its only writer. Every change of a record goes through the pure
 * `reduce`, and is written together with its event, its indexes and the release of its locks in one atomic
 * step; what `reduce` does not allow cannot be written. Errors of the store itself are thrown as they are.
 */
export abstract class OperationStore {
  /** One atomic step: takes the idempotency key and the locks, writes record and event; or says why not. */
  abstract accept(operation: Operation, claim: IdempotencyClaim | null): Promise<Acceptance>;

  /**
   * Accepts a step of a composite and writes the parent's next version, in one atomic step: either both are
   * written or neither. Locks that the parent holds are lent to the step. When the step ends, all its locks
   * pass to the parent, that of a group or plan it made among them, as long as the parent is unfinished.
   */
  abstract acceptStep(step: Operation, parent: Operation, start: StepStart): Promise<StepAcceptance>;

  /**
   * Keeps an operation that was begun outside, in one atomic step: takes its locks unless it has ended, writes
   * record and event (with that text); or says why not. `seen` = what was read by `holdings`, before the upstream was looked at, of
   * every group that it touches and of whatever else an operation of ours would hold to be the same work: only
   * if all of it is still so, what the upstream showed cannot have been an operation's.
   */
  abstract record(operation: Operation, text: string, seen: ReadonlyMap<string, Holding>): Promise<Recording>;

  /** Of each of these groups, in one look. */
  abstract holdings(siteId: string, groupIds: readonly string[]): Promise<Map<string, Holding>>;

  /** Which of these jobs of the site's upstream belong to operations. */
  abstract knownJobs(siteId: string, jobIds: readonly string[]): Promise<Set<string>>;

  /** What the key was used for, on whatever site. */
  abstract findClaim(keyHash: string): Promise<{ operationId: string; fingerprint: string } | null>;

  abstract find(id: string): Promise<Operation | null>;

  /** The operations that hold these groups: group id → operation id. */
  abstract holders(siteId: string, groupIds: readonly string[]): Promise<Map<string, string>>;

  /**
   * Compare and set, again and again until it is written or does not apply any more: reads the record,
   * reduces it, writes it if nobody wrote meanwhile. null = the change did not apply.
   */
  abstract transition(id: string, change: Change): Promise<Operation | null>;

  /**
   * Like `transition`, but only if the record still has exactly this version: for steps that were decided on
   * what the caller read. null also when it has not.
   */
  abstract transitionFrom(operation: Operation, change: Change): Promise<Operation | null>;

  /** Unfinished operations of a site, oldest first; a few requests, however many there are. */
  abstract listOpen(siteId: string): Promise<Operation[]>;

  /** The same, of all sites of a shard. */
  abstract openIn(shard: number): Promise<Operation[]>;

  /** Ids of all unfinished operations of a shard. */
  abstract openIds(shard: number): Promise<string[]>;

  abstract list(
    filter: OperationFilter,
    after: OperationCursor | null,
    pageSize: number,
  ): Promise<OperationPage>;
}
