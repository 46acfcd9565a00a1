import type { Clock } from '../../platform/clock.js';
import type { Log } from '../../platform/log/log.js';
import type { Permission } from './permission.js';
import { NEVER_YOUNGER_MS } from '../../operations/operation-archive.js';
import type { HistorySettings } from './history-settings.js';
import type { FinishedOperations } from './redis-finished-operations.js';
import type { SegmentManifest } from './redis-segment-manifest.js';
import type { SegmentSummary } from './segment-index.js';
import type { SegmentShelf } from './segment-shelf.js';

/**
 * Deletes what is too old, or too much: whole segments first, the oldest ones; then what the store has. What has not
 * ended is kept, and what ended of late.
 */
export class Retention {
  constructor(
    private readonly stored: FinishedOperations,
    private readonly shelf: SegmentShelf,
    private readonly manifest: SegmentManifest,
    private readonly settings: HistorySettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  async run(permission: Permission): Promise<void> {
    const { retentionMs, maxOperations, maxBytes } = this.settings;
    const now = this.clock.now();
    const segments = await this.manifest.segments();
    segments.sort((a, b) => a.endedUntilMs - b.endedUntilMs);
    let operations = segments.reduce((sum, { count }) => sum + count, await this.stored.count());
    let bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    for (const segment of segments) {
      const isOld = segment.endedUntilMs < now - retentionMs;
      if (!isOld && operations <= maxOperations && bytes <= maxBytes) break;
      const isGone = segment.endedUntilMs < now - retentionMs - NEVER_YOUNGER_MS;
      // What is damaged may be mended, as long as it is not too old.
      if (!isOld && segment.damage !== undefined) continue;
      if (!isGone && !(await this.isHere(segment))) continue;
      await this.drop(segment, permission);
      operations -= segment.count;
      bytes -= segment.bytes;
    }
    await this.forgetStored(now, operations - maxOperations, permission);
  }

  /** Another process, with another folder, may have it: it would note it again. */
  private async isHere(segment: SegmentSummary): Promise<boolean> {
    const { folder, files } = this.shelf;
    return folder !== null && (await files.changedMs(this.shelf.pathOf(segment))) !== null;
  }

  /** Readers are told first: a file that is missing would be said to be so. */
  private async drop(segment: SegmentSummary, { who, renew }: Permission): Promise<void> {
    await renew();
    await this.manifest.forget(who, segment.name);
    if (this.shelf.folder !== null) await this.shelf.files.remove(this.shelf.pathOf(segment));
    const { name, count, endedUntilMs } = segment;
    const endedUntil = new Date(endedUntilMs).toISOString();
    this.log.info({ segment: name, operations: count, endedUntil }, 'a segment of the archive was deleted');
  }

  /** @param tooMany so many of the oldest go whatever their age, as far as they may go at all */
  private async forgetStored(now: number, tooMany: number, { renew }: Permission): Promise<void> {
    const outdatedMs = now - Math.max(this.settings.retentionMs, NEVER_YOUNGER_MS);
    let left = tooMany;
    let forgotten = 0;
    for await (const end of this.stored.endedBefore(left > 0 ? now - NEVER_YOUNGER_MS : outdatedMs)) {
      const endedMs = Date.parse(end.record.endedTime ?? end.record.updatedTime);
      if (endedMs >= outdatedMs && left <= 0) continue;
      if (forgotten % 64 === 0) await renew();
      if ((await this.stored.forget(end)) !== 'FORGOTTEN') continue;
      forgotten += 1;
      left -= 1;
    }
    if (forgotten > 0) this.log.info({ operations: forgotten }, 'old operations were deleted');
  }
}
