import type { Clock } from '../../platform/clock.js';
import type { Log } from '../../platform/log/log.js';
import { throttled } from '../../platform/log/throttled.js';
import { cursorOf } from '../../operations/operation-order.js';
import type { ArchivedOperations } from './archived-operations.js';
import type { HistorySettings } from './history-settings.js';
import type { Permission } from './permission.js';
import type { FinishedOperations, StoredEnd } from './redis-finished-operations.js';
import type { SegmentManifest } from './redis-segment-manifest.js';
import type { SegmentEntry } from './segment-entry.js';
import { SegmentAdoption } from './segment-adoption.js';
import { isOfTheFile } from './segment-file.js';
import type { SegmentSummary } from './segment-index.js';
import { SegmentMerging } from './segment-merging.js';
import type { SegmentShelf } from './segment-shelf.js';
import { writeSegment } from './segment-writing.js';

const DAY_MS = 24 * 3_600_000;
/** Of one segment: it goes as a whole when it is old. */
const MOST_ENTRIES = 10_000;
const FORGOTTEN_AT_ONCE = 16;

/**
 * Moves what has ended long ago from the store to segments. A file is on the disk with all of it, and where all processes
 * see it, before anything leaves the store; whatever it is cut off at, the next round goes on from there. While both have
 * an operation, readers see it once.
 */
export class ArchiveRound {
  private readonly unusable: (error: Error) => void;
  private readonly unsafe: (error: Error) => void;
  private readonly unfolded: (error: Error) => void;
  private readonly adoption: SegmentAdoption;
  private readonly merging: SegmentMerging;
  /** What is too young to be taken, of all that is due on that day. */
  private waiting = { operations: 0, dayMs: -Infinity };

  constructor(
    private readonly stored: FinishedOperations,
    private readonly archived: ArchivedOperations,
    private readonly shelf: SegmentShelf,
    private readonly manifest: SegmentManifest,
    private readonly settings: Pick<HistorySettings, 'folder' | 'archiveAfterMs' | 'retentionMs'>,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.unusable = throttled(log, 'a segment that cannot be used');
    this.unsafe = throttled(log, 'nothing leaves the store for the archive');
    this.unfolded = throttled(log, 'an operation stays in the store: its events cannot be read');
    this.adoption = new SegmentAdoption(shelf, manifest, clock, log);
    this.merging = new SegmentMerging(shelf, manifest, clock, log);
  }

  async run(permission: Permission): Promise<void> {
    const { folder } = this.settings;
    if (folder === null) return;
    await this.adoption.run(folder, permission);
    for (const segment of await this.manifest.segments()) {
      if (!segment.moved && !(await this.move(segment, permission))) return;
    }
    // None of these goes before the day is over: nobody has to read all of them every minute.
    const isAllTooYoung = this.waiting.operations > 0 && this.waiting.dayMs === dayOf(this.clock.now());
    while (!isAllTooYoung) {
      const name = await writeSegment(folder, this.due(permission), {
        nowMs: this.clock.now(),
        within: (work) => this.shelf.files.write(work),
      });
      if (name === null) break;
      const segment = { ...(await this.shelf.summary({ name })), moved: false };
      if (!(await this.move(segment, permission))) return;
      const { count, bytes } = segment;
      this.log.info({ segment: name, operations: count, bytes }, 'operations were moved to the archive');
    }
    await this.merging.run(folder, permission);
  }

  /** What nobody may find any more once a server is lost stays in the store: false = try it another time. */
  private async move(segment: SegmentSummary, permission: Permission): Promise<boolean> {
    if (await this.manifest.note(permission.who, { ...segment, moved: false })) {
      await this.empty(segment, permission);
      return true;
    }
    this.unsafe(new Error(`${segment.name}: too few replicas have the note of it`));
    return false;
  }

  /**
   * By whole days, so that there is about one segment a day: also of what was taken over from the history of a site, however
   * long ago that ended.
   */
  private async *due({ renew }: Permission): AsyncGenerator<SegmentEntry> {
    const { archiveAfterMs, retentionMs } = this.settings;
    const now = this.clock.now();
    const before = dayOf(now - archiveAfterMs);
    const quietSince = dayOf(now - DAY_MS);
    let seen = 0;
    let taken = 0;
    this.waiting = { operations: 0, dayMs: -Infinity };
    let waiting = 0;
    for await (const end of this.stored.endedBefore(before)) {
      if (seen % 64 === 0) await renew();
      seen += 1;
      if (await this.isToGo(end, now - retentionMs)) {
        await this.stored.forget(end);
        continue;
      }
      const { events } = end;
      if (events === 'UNREADABLE') {
        this.unfolded(new Error(end.record.id));
        waiting += 1;
        continue;
      }
      const entry = await this.stored.entryOf({ ...end, events });
      if (toldMs(entry) >= quietSince) {
        waiting += 1;
        continue;
      }
      yield entry;
      taken += 1;
      if (taken === MOST_ENTRIES) return;
    }
    await renew();
    if (taken === 0) this.waiting = { operations: waiting, dayMs: dayOf(now) };
  }

  /** It is in a segment already, or not worth one. */
  private async isToGo({ record }: StoredEnd, outdatedMs: number): Promise<boolean> {
    if (Date.parse(record.endedTime ?? record.updatedTime) < outdatedMs) return true;
    const archived = await this.archived.at(cursorOf(record));
    return archived !== null && archived.version >= record.version;
  }

  /** Takes out of the store what the segment has. */
  private async empty(segment: SegmentSummary, { who, renew }: Permission): Promise<void> {
    try {
      const { blocks } = await this.shelf.index(segment);
      for (const block of blocks) {
        await renew();
        const entries = await this.shelf.entries(segment, block);
        for (let i = 0; i < entries.length; i += FORGOTTEN_AT_ONCE) {
          await Promise.all(
            entries
              .slice(i, i + FORGOTTEN_AT_ONCE)
              .map(({ record, claim }) => this.stored.forget({ record, keyHash: claim?.keyHash ?? null })),
          );
        }
      }
    } catch (error) {
      if (!isOfTheFile(error)) throw error;
      // What cannot be read of it stays in the store.
      this.unusable(new Error(`${segment.name}: ${(error as Error).message}`));
      return;
    }
    await this.manifest.note(who, { ...segment, moved: true });
  }
}

/** When something was told of it last, milliseconds. */
function toldMs({ events }: SegmentEntry): number {
  const [, last] = events.at(-1) ?? [];
  return last ? Date.parse(last.time) : -Infinity;
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}
