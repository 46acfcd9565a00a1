import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../platform/clock.js';
import type { Log } from '../../platform/log/log.js';
import { throttled } from '../../platform/log/throttled.js';
import { compareCursors, cursorOf } from '../../operations/operation-order.js';
import type { Permission } from './permission.js';
import { LeaseLostError, type SegmentManifest } from './redis-segment-manifest.js';
import type { SegmentEntry } from './segment-entry.js';
import { DamagedSegmentError, isOfTheFile } from './segment-file.js';
import type { SegmentSummary } from './segment-index.js';
import type { SegmentShelf } from './segment-shelf.js';
import { writeSegment } from './segment-writing.js';

/** A segment with fewer operations is worth merging. */
const SMALL = 1_000;
const MOST_ENTRIES = 10_000;
const FEWEST = 8;
const MOST = 32;
/** A segment goes as a whole, when its youngest operation is old enough: nothing waits longer for that than this. */
const SPAN_MS = 31 * 24 * 3_600_000;

/**
 * Makes one segment of many small ones of about the same time. The new one is on the disk and was read back before the list
 * names it in place of the others, in one step; their files go later, for somebody may be reading them. One that cannot be
 * read back goes at once.
 */
export class SegmentMerging {
  private readonly failed: (error: Error) => void;
  /** Those that could not be read here. */
  private readonly left = new Set<string>();

  constructor(
    private readonly shelf: SegmentShelf,
    private readonly manifest: SegmentManifest,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.failed = throttled(log, 'small segments are left as they are');
  }

  async run(folder: string, permission: Permission): Promise<void> {
    const noted = (await this.manifest.segments()).filter(({ name }) => !this.left.has(name));
    for (const group of groupsOf(noted)) {
      try {
        await this.merge(folder, group, permission);
      } catch (error) {
        if (error instanceof LeaseLostError || !isOfTheFile(error)) throw error;
        for (const { name } of group) this.left.add(name);
        this.failed(error as Error);
      }
    }
  }

  private async merge(
    folder: string,
    group: readonly SegmentSummary[],
    { who, renew }: Permission,
  ): Promise<void> {
    // Also what those have replaced: the files of it may be there still.
    const replaces = group.flatMap((one) => [one.name, ...(one.replaces ?? [])]);
    const ids: string[] = [];
    const name = await writeSegment(folder, noting(this.entriesOf(group, renew), ids), {
      replaces,
      nowMs: this.clock.now(),
      within: (work) => this.shelf.files.write(work),
    });
    if (name === null) return;
    const summary = await this.readBack(name, ids, renew).catch(async (error: unknown) => {
      await this.takeBack(name, renew);
      throw error;
    });
    await this.manifest.note(who, summary);
    this.log.info({ segment: name, segments: group.length, operations: ids.length }, 'segments were merged');
  }

  private async readBack(
    name: string,
    ids: readonly string[],
    renew: () => Promise<void>,
  ): Promise<SegmentSummary> {
    const { blocks } = await this.shelf.index({ name });
    const readBack: string[] = [];
    for (const block of blocks) {
      await renew();
      readBack.push(...(await this.shelf.entries({ name }, block)).map(({ record }) => record.id));
    }
    if (!isDeepStrictEqual(readBack, ids)) throw new DamagedSegmentError(`${name} is not what was written.`);
    return { ...(await this.shelf.summary({ name })), moved: true };
  }

  /** Unless somebody has noted it. What cannot be removed now is removed by the next round. */
  private async takeBack(name: string, renew: () => Promise<void>): Promise<void> {
    try {
      await renew();
      const noted = await this.manifest.segments();
      if (noted.every((one) => one.name !== name)) await this.shelf.files.remove(this.shelf.pathOf({ name }));
    } catch {
      // What went wrong before is told of.
    }
  }

  /** All of them in order; of two of the same operation the later version. */
  private async *entriesOf(
    group: readonly SegmentSummary[],
    renew: () => Promise<void>,
  ): AsyncGenerator<SegmentEntry> {
    const heads: Head[] = [];
    for (const segment of group) await advance({ entries: this.inOne(segment, renew) }, heads);
    let last: SegmentEntry | null = null;
    for (let head = heads.shift(); head; head = heads.shift()) {
      const { entry } = head;
      if (last && last.record.id !== entry.record.id) yield last;
      if (last?.record.id !== entry.record.id || entry.record.version > last.record.version) last = entry;
      await advance(head, heads);
    }
    if (last) yield last;
  }

  private async *inOne(segment: SegmentSummary, renew: () => Promise<void>): AsyncGenerator<SegmentEntry> {
    for (const block of (await this.shelf.index(segment)).blocks) {
      await renew();
      yield* await this.shelf.entries(segment, block);
    }
  }
}

interface Head {
  entry: SegmentEntry;
  entries: AsyncGenerator<SegmentEntry>;
}

async function advance({ entries }: Pick<Head, 'entries'>, heads: Head[]): Promise<void> {
  const next = await entries.next();
  if (next.done) return;
  const place = cursorOf(next.value.record);
  const at = heads.findIndex(({ entry }) => compareCursors(cursorOf(entry.record), place) > 0);
  heads.splice(at < 0 ? heads.length : at, 0, { entry: next.value, entries });
}

/** Those that are small, that have left the store, and whose operations ended at about the same time. */
function groupsOf(segments: readonly SegmentSummary[]): SegmentSummary[][] {
  const small = segments
    .filter(({ count, moved, damage }) => moved && damage === undefined && count < SMALL)
    .sort((a, b) => a.endedUntilMs - b.endedUntilMs);
  const spans = new Map<number, SegmentSummary[]>();
  for (const segment of small) {
    const span = Math.floor(segment.endedUntilMs / SPAN_MS);
    spans.set(span, [...(spans.get(span) ?? []), segment]);
  }
  return [...spans.values()].map(fewEnough).filter(({ length }) => length >= FEWEST);
}

function fewEnough(segments: readonly SegmentSummary[]): SegmentSummary[] {
  let count = 0;
  return segments.slice(0, MOST).filter((segment) => (count += segment.count) <= MOST_ENTRIES);
}

async function* noting(entries: AsyncIterable<SegmentEntry>, ids: string[]): AsyncGenerator<SegmentEntry> {
  for await (const entry of entries) {
    ids.push(entry.record.id);
    yield entry;
  }
}
