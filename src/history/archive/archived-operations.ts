import { isVerdict, type Operation } from '../../domain/operation.js';
import { problem, ProblemError } from '../../domain/problem.js';
import type { Log } from '../../platform/log/log.js';
import { throttled } from '../../platform/log/throttled.js';
import { OperationArchive, type ArchivedPart } from '../../operations/operation-archive.js';
import type { OperationCursor, OperationFilter, UnreadablePart } from '../../operations/operation-store.js';
import { idTerm, keyTerm, type SegmentEntry } from './segment-entry.js';
import { hasTerm, type SegmentSummary } from './segment-index.js';
import { unreadablePart, type SegmentShelf } from './segment-shelf.js';
import { SegmentWalk } from './segment-walk.js';

const DAY_MS = 24 * 3_600_000;

/** Reads what has left the store, from the segments that this process sees. */
export class ArchivedOperations extends OperationArchive {
  private readonly notRead: (error: Error) => void;

  constructor(
    private readonly shelf: SegmentShelf,
    log: Log,
  ) {
    super();
    this.notRead = throttled(log, 'archive');
  }

  async find(id: string): Promise<Operation | null> {
    return (await this.entry(id))?.record ?? null;
  }

  /** With its events and its key. Throws `ProblemError` when it may be in a part that cannot be read. */
  async entry(id: string): Promise<SegmentEntry | null> {
    const createdMs = createdAbout(id);
    const segments = (await this.shelf.all()).filter(
      ({ first, last }) =>
        createdMs === null || (first.createdMs <= createdMs + DAY_MS && last.createdMs >= createdMs - DAY_MS),
    );
    const unreadable: UnreadablePart[] = [];
    const found = await this.search(segments, idTerm(id), ({ record }) => record.id === id, unreadable);
    const [missing] = unreadable;
    if (found || !missing) return found;
    throw new ProblemError(
      problem('history-unavailable', `${id} may be in a part that cannot be read. ${missing.detail}`),
    );
  }

  async findClaim(keyHash: string): Promise<{ operationId: string; fingerprint: string } | null> {
    const wanted = keyTerm(keyHash);
    const segments: SegmentSummary[] = [];
    for (const segment of await this.shelf.all()) {
      try {
        if (hasTerm(await this.shelf.keyTerms(segment), wanted)) segments.push(segment);
      } catch (error) {
        this.notRead(error as Error);
      }
    }
    if (segments.length === 0) return null;
    const found = await this.search(segments, wanted, ({ claim }) => claim?.keyHash === keyHash, []);
    return found?.claim ? { operationId: found.record.id, fingerprint: found.claim.fingerprint } : null;
  }

  async list(
    filter: OperationFilter,
    after: OperationCursor | null,
    upTo: OperationCursor | null,
    limit: number,
  ): Promise<ArchivedPart> {
    // What is unfinished is in the store.
    const isElsewhere = filter.state !== undefined && !filter.state.some(isVerdict);
    if (isElsewhere || filter.seen.isNone) return { items: [], until: null, unreadable: [] };
    return new SegmentWalk(this.shelf, filter, after, upTo).through(await this.shelf.all(), limit);
  }

  /** The operation of that place, if it is here; a part that cannot be read does not count. */
  async at(place: OperationCursor): Promise<Operation | null> {
    const segments = (await this.shelf.all()).filter(
      ({ first, last }) => first.createdMs <= place.createdMs && last.createdMs >= place.createdMs,
    );
    const found = await this.search(segments, idTerm(place.id), ({ record }) => record.id === place.id, []);
    return found?.record ?? null;
  }

  /** Reads every index once, so that nobody waits for it later. */
  async warm(): Promise<void> {
    for (const segment of await this.shelf.all()) {
      await this.shelf.keyTerms(segment).catch((error: unknown) => this.notRead(error as Error));
    }
  }

  /** Of several, which a crash may have left, the latest version. */
  private async search(
    segments: readonly SegmentSummary[],
    term: number,
    isIt: (entry: SegmentEntry) => boolean,
    unreadable: UnreadablePart[],
  ): Promise<SegmentEntry | null> {
    let best: SegmentEntry | null = null;
    for (const segment of segments) {
      try {
        const { blocks } = await this.shelf.index(segment);
        for (const block of blocks.filter(({ terms }) => hasTerm(terms, term))) {
          for (const entry of (await this.shelf.entries(segment, block)).filter(isIt)) {
            if (!best || entry.record.version > best.record.version) best = entry;
          }
        }
      } catch (error) {
        this.notRead(error as Error);
        unreadable.push(unreadablePart(segment, error));
      }
    }
    return best;
  }
}

/** The first 48 bits of the ids that are made here are a time, milliseconds; null = it is another kind of id. */
function createdAbout(id: string): number | null {
  const [, high, low, version] = /\.([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f])[0-9a-f]{3}-/.exec(id) ?? [];
  return version === '7' || version === '8' ? Number.parseInt(`${high}${low}`, 16) : null;
}
