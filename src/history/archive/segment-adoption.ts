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
   * shown. A file that cannot be read is noted as such, so that lists tell of it, and looked at again each time. One that
   * was made of others counts only once all of it was read here, and not at all while those others are there.
   */
  async run(folder: string, { who, renew }: Permission): Promise<void> {
    const names = await this.shelf.files.names(folder);
    const noted = new Map((await this.manifest.segments()).map((segment) => [segment.name, segment]));
    const seen: Seen = { names: new Set(names), noted, replaced: replacedBy([...noted.values()]) };
    const found = new Map<string, SegmentSummary>();
    for (const name of names.filter(isSegment)) {
      const known = noted.get(name);
      if (seen.replaced.has(name) || (known && known.damage === undefined)) continue;
      await renew();
      const summary = await this.summary(name);
      const holders = holdersOf(summary, seen);
      if (holders) {
        if (!holders.every(({ moved }) => moved)) continue;
        if (known) await this.manifest.forget(who, name);
        await this.shelf.files.remove(this.shelf.pathOf({ name }));
        continue;
      }
      const read = summary.replaces ? await this.allRead(summary, renew) : summary;
      if (read.damage === undefined || !known) found.set(name, read);
    }
    const late = replacedBy([...found.values()]);
    if (found.size > 0) {
      const news = [...found.values()].filter(({ name }) => !late.has(name));
      await this.manifest.noteAll(
        who,
        news.map((one) => withAllBefore(one, (name) => found.get(name) ?? noted.get(name))),
      );
    }
    await this.tidy(names, seen);
  }

  private async summary(name: string): Promise<SegmentSummary> {
    try {
      return { ...(await this.shelf.summary({ name })), moved: false };
    } catch (error) {
      return this.damaged(name, error);
    }
  }

  /** As damaged if not all of it can be unpacked. */
  private async allRead(summary: SegmentSummary, renew: () => Promise<void>): Promise<SegmentSummary> {
    const read = async <T>(part: Promise<T>): Promise<T | SegmentSummary> =>
      part.catch((error: unknown) => this.damaged(summary.name, error));
    const index = await read(this.shelf.index(summary));
    if (!('blocks' in index)) return index;
    for (const block of index.blocks) {
      await renew();
      const entries = await read(this.shelf.entries(summary, block));
      if (!Array.isArray(entries)) return entries;
    }
    return summary;
  }

  private damaged(name: string, error: unknown): SegmentSummary {
    if (error instanceof HangsError) throw error;
    this.unusable(new Error(`${name}: ${(error as Error).message}`));
    return damagedSegment(name, reasonOf(error), this.clock.now());
  }

  /** What was replaced goes once all of what replaces it was read, and is there. */
  private async tidy(names: readonly string[], seen: Seen): Promise<void> {
    const now = this.clock.now();
    for (const name of names) {
      const path = this.shelf.pathOf({ name });
      if (isUnfinished(name)) {
        const changed = await this.shelf.files.changedMs(path);
        if (changed !== null && now - changed > ABANDONED_MS) await this.shelf.files.remove(path);
        continue;
      }
      const by = seen.replaced.get(name);
      if (!by?.moved || !isThere(by, seen)) continue;
      if (now - (madeMs(by.name) ?? now) > STILL_READ_MS) await this.shelf.files.remove(path);
    }
  }
}

/** As it was when the round began. */
interface Seen {
  /** Of the files. */
  names: ReadonlySet<string>;
  noted: ReadonlyMap<string, SegmentSummary>;
  replaced: ReadonlyMap<string, SegmentSummary>;
}

function isThere({ name, damage }: SegmentSummary, { names }: Seen): boolean {
  return damage === undefined && names.has(name);
}

/**
 * Those that are noted and there, and have all that it has: whoever merged them was cut off, or was too late. null = it
 * is needed.
 */
function holdersOf({ replaces }: SegmentSummary, seen: Seen): SegmentSummary[] | null {
  if (!replaces) return null;
  const holders = replaces.flatMap((name) => {
    const holder = seen.replaced.get(name) ?? seen.noted.get(name);
    return holder && isThere(holder, seen) ? [holder] : [];
  });
  return holders.length === replaces.length ? holders : null;
}

/** Which segment has everything of which others. */
function replacedBy(segments: readonly SegmentSummary[]): Map<string, SegmentSummary> {
  return new Map(segments.flatMap((by) => (by.replaces ?? []).map((name) => [name, by] as const)));
}

/** It replaces also what those have replaced that it replaces. */
function withAllBefore(
  segment: SegmentSummary,
  known: (name: string) => SegmentSummary | undefined,
): SegmentSummary {
  if (!segment.replaces) return segment;
  const replaces = new Set(segment.replaces);
  for (const name of replaces) for (const before of known(name)?.replaces ?? []) replaces.add(before);
  return { ...segment, replaces: [...replaces] };
}
