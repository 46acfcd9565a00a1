import type { Clock } from '../../platform/clock.js';
import type { Log } from '../../platform/log/log.js';
import { throttled } from '../../platform/log/throttled.js';
import { HangsError } from '../../platform/timed-places.js';
import type { Permission } from './permission.js';
import { damagedSegment } from './damaged-segment.js';
import type { SegmentManifest } from './redis-segment-manifest.js';
import type { SegmentSummary } from './segment-index.js';
import { reasonOf, type SegmentShelf } from './segment-shelf.js';
import { isSegment, isUnfinished, madeMs } from './segment-writing.js';

/** Its writer renews its lease far more often than this. */
const ABANDONED_MS = 3_600_000;
/** Who reads a segment that was replaced is done with it by then. */
const STILL_READ_MS = 10 * 60_000;

/** Compares the folder with what is noted of it, so that what is in one is in the other. */
export class SegmentAdoption {
  private readonly unusable: (error: Error) => void;

  constructor(
    private readonly shelf: SegmentShelf,
    private readonly manifest: SegmentManifest,
    private readonly clock: Clock,
    log: Log,
  ) {
    this.unusable = throttled(log, 'a segment that cannot be used');
  }

  /**
   * Notes what somebody wrote and told nobody of, or what the store has lost: all at once, for those not noted are not
   * shown. A file that cannot be read is noted as such, so that lists tell of it, and looked at again each time.
   */
  async run(folder: string, { who, renew }: Permission): Promise<void> {
    const names = await this.shelf.files.names(folder);
    const noted = new Map((await this.manifest.segments()).map((segment) => [segment.name, segment]));
    const replaced = replacedBy([...noted.values()]);
    const found: SegmentSummary[] = [];
    for (const name of names.filter(isSegment)) {
      const known = noted.get(name);
      if (replaced.has(name) || (known && known.damage === undefined)) continue;
      await renew();
      const summary = await this.summary(name);
      if (summary.damage === undefined || !known) found.push(summary);
    }
    const late = replacedBy(found);
    if (found.length > 0) {
      await this.manifest.noteAll(
        who,
        found.filter(({ name }) => !late.has(name)),
      );
    }
    await this.tidy(names, replaced);
  }

  private async summary(name: string): Promise<SegmentSummary> {
    try {
      return { ...(await this.shelf.summary({ name })), moved: false };
    } catch (error) {
      if (error instanceof HangsError) throw error;
      this.unusable(new Error(`${name}: ${(error as Error).message}`));
      return damagedSegment(name, reasonOf(error), this.clock.now());
    }
  }

  private async tidy(names: readonly string[], replaced: ReadonlyMap<string, string>): Promise<void> {
    const now = this.clock.now();
    for (const name of names) {
      const path = this.shelf.pathOf({ name });
      if (isUnfinished(name)) {
        const changed = await this.shelf.files.changedMs(path);
        if (changed !== null && now - changed > ABANDONED_MS) await this.shelf.files.remove(path);
        continue;
      }
      const by = replaced.get(name);
      if (by !== undefined && now - (madeMs(by) ?? now) > STILL_READ_MS) await this.shelf.files.remove(path);
    }
  }
}

/** Which segment has everything of which others. */
function replacedBy(segments: readonly SegmentSummary[]): Map<string, string> {
  return new Map(segments.flatMap(({ name, replaces = [] }) => replaces.map((one) => [one, name] as const)));
}
