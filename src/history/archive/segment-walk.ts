import type { Operation } from '../../domain/operation.js';
import type { ArchivedPart } from '../../operations/operation-archive.js';
import { matches } from '../../operations/operation-indexes.js';
import { cursorOf, onTheWay } from '../../operations/operation-order.js';
import type { OperationCursor, OperationFilter, UnreadablePart } from '../../operations/operation-store.js';
import { termsWanted } from './segment-entry.js';
import { hasTerm, type SegmentBlock, type SegmentSummary } from './segment-index.js';
import { unreadablePart, type SegmentShelf } from './segment-shelf.js';

/** What one call unpacks at the most beyond its first place: blocks, and indexes that were not at hand. */
const MOST_READ = 32;

interface Ahead {
  /** The first operation in it, on the way in that direction. */
  start: OperationCursor;
  segment: SegmentSummary;
  /** null = its index was not looked at yet. */
  block: SegmentBlock | null;
}

interface Found {
  place: OperationCursor;
  operation: Operation;
}

/**
 * One way through all segments, which may overlap, in the order of creation. Reads only blocks that may hold what is
 * asked for, each when the way comes to it.
 */
export class SegmentWalk {
  private readonly order: (a: OperationCursor, b: OperationCursor) => number;
  private readonly wanted: readonly number[][];
  private readonly unreadable = new Map<string, UnreadablePart>();
  private ahead: Ahead[] = [];
  private waiting: Found[] = [];

  constructor(
    private readonly shelf: SegmentShelf,
    private readonly filter: OperationFilter,
    private readonly after: OperationCursor | null,
    private readonly upTo: OperationCursor | null,
  ) {
    this.order = onTheWay(filter.newestFirst);
    this.wanted = termsWanted(filter);
  }

  async through(segments: readonly SegmentSummary[], limit: number): Promise<ArchivedPart> {
    this.add(
      segments
        .filter((segment) => this.concerns(segment))
        .map((segment) => ({ start: this.startOf(segment), segment, block: null })),
    );
    const items: Operation[] = [];
    for (let read = 0; ;) {
      const [next] = this.ahead;
      this.takeUntil(next?.start ?? null, limit, items);
      if (items.length >= limit) return this.part(items, cursorOf(items[limit - 1] as Operation));
      if (!next) return this.part(items, null);
      if (read >= MOST_READ) return this.part(items, this.before(next.start));
      this.ahead.shift();
      // Of each segment at most one block lies across the place where the way begins: nothing is gained by putting it off.
      const isBegun = this.after !== null && this.order(next.start, this.after) <= 0;
      if (!isBegun && (next.block || !this.shelf.isIndexAtHand(next.segment))) read += 1;
      await this.look(next);
    }
  }

  private part(items: Operation[], until: OperationCursor | null): ArchivedPart {
    return { items, until, unreadable: [...this.unreadable.values()] };
  }

  private async look({ segment, block }: Ahead): Promise<void> {
    try {
      if (block) this.find(await this.shelf.entries(segment, block));
      else this.open(segment, (await this.shelf.index(segment)).blocks);
    } catch (error) {
      this.unreadable.set(segment.name, unreadablePart(segment, error, this.filter.seen));
    }
  }

  private open(segment: SegmentSummary, blocks: readonly SegmentBlock[]): void {
    const those = blocks.filter(
      (block) =>
        this.isInRange(block) &&
        this.wanted.every((either) => either.some((term) => hasTerm(block.terms, term))),
    );
    this.add(those.map((block) => ({ start: this.startOf(block), segment, block })));
  }

  private find(entries: readonly { record: Operation }[]): void {
    for (const { record } of entries) {
      const place = cursorOf(record);
      if (this.after && this.order(place, this.after) <= 0) continue;
      if (this.upTo && this.order(place, this.upTo) > 0) continue;
      if (matches(record, this.filter)) this.waiting.push({ place, operation: record });
    }
    // Of two of the same place, which a crash may have left, the later version comes first.
    this.waiting.sort((a, b) => this.order(a.place, b.place) || b.operation.version - a.operation.version);
  }

  /** Those before which nothing can be found any more. */
  private takeUntil(start: OperationCursor | null, limit: number, items: Operation[]): void {
    let taken = 0;
    for (const { place, operation } of this.waiting) {
      if (items.length >= limit || (start && this.order(place, start) >= 0)) break;
      taken += 1;
      if (items.at(-1)?.id !== operation.id) items.push(operation);
    }
    this.waiting = this.waiting.slice(taken);
  }

  private add(those: readonly Ahead[]): void {
    this.ahead = [...this.ahead, ...those].sort((a, b) => this.order(a.start, b.start));
  }

  private concerns(segment: SegmentSummary): boolean {
    const { seen, siteId, endedAfter } = this.filter;
    if (segment.damage === undefined) {
      if (siteId && !segment.siteIds.includes(siteId)) return false;
      if (!segment.siteIds.some((id) => seen.touchesSite(id))) return false;
    }
    if (endedAfter !== undefined && segment.endedUntilMs < endedAfter) return false;
    return this.isInRange(segment);
  }

  private isInRange(part: SegmentSummary | SegmentBlock): boolean {
    const { createdAfter = -Infinity, createdBefore = Infinity } = this.filter;
    if (part.last.createdMs < createdAfter || part.first.createdMs >= createdBefore) return false;
    const end = this.filter.newestFirst ? part.first : part.last;
    if (this.after && this.order(end, this.after) <= 0) return false;
    return !this.upTo || this.order(this.startOf(part), this.upTo) <= 0;
  }

  private startOf(part: SegmentSummary | SegmentBlock): OperationCursor {
    return this.filter.newestFirst ? part.last : part.first;
  }

  /** Right before it on the way: an id that no operation has. */
  private before({ createdMs, id }: OperationCursor): OperationCursor {
    if (this.filter.newestFirst) return { createdMs, id: `${id}!` };
    const last = id.charCodeAt(id.length - 1);
    return { createdMs, id: `${id.slice(0, -1)}${String.fromCharCode(last - 1)}~` };
  }
}
