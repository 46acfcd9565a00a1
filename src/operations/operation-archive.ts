import type { Operation } from '../domain/operation.js';
import type { OperationCursor, OperationFilter, UnreadablePart } from './operation-store.js';

/** Nothing that ended less than this ago is moved or deleted: a journal may still know it, and would bring it back. */
export const NEVER_YOUNGER_MS = 31 * 24 * 3_600_000;

/** What was found on the way from one place to another. */
export interface ArchivedPart {
  /** Those that match, in the order asked for. */
  items: Operation[];
  /** Everything up to here was looked at; null = all that was asked for. */
  until: OperationCursor | null;
  unreadable: UnreadablePart[];
}

/**
 * Operations that ended long ago and have left the store. While one is on its way, both have it. Whoever asks both asks
 * the store first: what has left it meanwhile is here by then.
 */
export abstract class OperationArchive {
  /** Throws `ProblemError` when it may be in a part that cannot be read. */
  abstract find(id: string): Promise<Operation | null>;

  /** What the key was used for. A part that cannot be read does not stand in the way of new work: null. */
  abstract findClaim(keyHash: string): Promise<{ operationId: string; fingerprint: string } | null>;

  /**
   * At most `limit`, from the first after `after` (null = the beginning) up to `upTo` with it (null = the end). What one
   * call reads is bounded: it may have looked at less than was asked for.
   */
  abstract list(
    filter: OperationFilter,
    after: OperationCursor | null,
    upTo: OperationCursor | null,
    limit: number,
  ): Promise<ArchivedPart>;
}

/** Nothing has left the store. */
export class NoArchive extends OperationArchive {
  find(): Promise<null> {
    return Promise.resolve(null);
  }

  findClaim(): Promise<null> {
    return Promise.resolve(null);
  }

  list(): Promise<ArchivedPart> {
    return Promise.resolve({ items: [], until: null, unreadable: [] });
  }
}
