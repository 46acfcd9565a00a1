import { join } from 'node:path';
import { Scope } from '../../domain/access/scope.js';
import { HangsError } from '../../platform/timed-places.js';
import { SystemClock, type Clock } from '../../platform/clock.js';
import type { UnreadablePart } from '../../operations/operation-store.js';
import { compareCursors } from '../../operations/operation-order.js';
import { damagedSegment, UNREADABLE_FOLDER } from './damaged-segment.js';
import { FolderFiles } from './folder-files.js';
import type { SegmentManifest } from './redis-segment-manifest.js';
import type { SegmentEntry } from './segment-entry.js';
import { DamagedSegmentError, entriesIn, segmentIndexIn, summaryOf } from './segment-file.js';
import type { SegmentBlock, SegmentIndex, SegmentSummary } from './segment-index.js';
import { isSegment } from './segment-writing.js';

/** Bytes of indexes that are kept at hand; about 25 for each operation. */
const INDEX_BYTES_KEPT = 64 * 1024 * 1024;
const BYTES_PER_BLOCK = 400;
const DAY_MS = 24 * 3_600_000;

/** The segments as this process sees them, with the indexes that were read last. */
export class SegmentShelf {
  private noted: { version: string; segments: SegmentSummary[] } | null = null;
  private readonly found = new Map<string, SegmentSummary>();
  private readonly indexes = new Map<string, SegmentIndex>();
  private readonly keys = new Map<string, Uint32Array>();
  private indexBytes = 0;

  /** @param folder null = this process sees none */
  constructor(
    readonly folder: string | null,
    private readonly manifest: SegmentManifest,
    private readonly clock: Clock = new SystemClock(),
    readonly files: FolderFiles = new FolderFiles(),
  ) {}

  /** By their first operation. What is in the folder counts only as long as nobody has told of any. */
  async all(): Promise<readonly SegmentSummary[]> {
    const version = await this.manifest.version();
    if (version !== null && this.noted?.version === version) return this.noted.segments;
    const segments = version === null ? await this.inFolder() : await this.manifest.segments();
    segments.sort((a, b) => compareCursors(a.first, b.first));
    this.noted = version === null ? null : { version, segments };
    this.dropAllBut(segments);
    return segments;
  }

  pathOf({ name }: Pick<SegmentSummary, 'name'>): string {
    if (this.folder === null) throw new DamagedSegmentError('This process sees no folder of segments.');
    return join(this.folder, name);
  }

  async index(segment: Pick<SegmentSummary, 'name' | 'damage'>): Promise<SegmentIndex> {
    if (segment.damage !== undefined) throw new DamagedSegmentError(segment.damage);
    const known = this.indexes.get(segment.name);
    const index = known ?? (await segmentIndexIn(this.pathOf(segment), this.files));
    // The one used last goes to the end.
    if (this.indexes.delete(segment.name)) this.indexBytes -= sizeOf(index);
    this.indexes.set(segment.name, index);
    this.keys.set(segment.name, index.keyTerms);
    this.indexBytes += sizeOf(index);
    for (const [name, oldest] of this.indexes) {
      if (this.indexBytes <= INDEX_BYTES_KEPT || name === segment.name) break;
      this.indexes.delete(name);
      this.indexBytes -= sizeOf(oldest);
    }
    return index;
  }

  isIndexAtHand({ name }: Pick<SegmentSummary, 'name'>): boolean {
    return this.indexes.has(name);
  }

  /** Kept at hand for every segment: whoever asks for something new waits for them. */
  async keyTerms(segment: Pick<SegmentSummary, 'name' | 'damage'>): Promise<Uint32Array> {
    return this.keys.get(segment.name) ?? (await this.index(segment)).keyTerms;
  }

  entries(segment: Pick<SegmentSummary, 'name'>, block: SegmentBlock): Promise<SegmentEntry[]> {
    return entriesIn(this.pathOf(segment), block, this.files);
  }

  /** What the file says of itself. Throws `DamagedSegmentError`, `HangsError`, or what the file system says. */
  summary(segment: Pick<SegmentSummary, 'name'>): Promise<Omit<SegmentSummary, 'moved'>> {
    return summaryOf(this.pathOf(segment), this.files);
  }

  private async inFolder(): Promise<SegmentSummary[]> {
    const { folder } = this;
    if (folder === null) return [];
    let names: string[];
    try {
      names = (await this.files.names(folder)).filter(isSegment);
    } catch (error) {
      return [damagedSegment(UNREADABLE_FOLDER, reasonOf(error), this.clock.now())];
    }
    const segments: SegmentSummary[] = [];
    for (const name of names) {
      const known = this.found.get(name);
      segments.push(known ?? (await this.summaryOrDamage(name)));
    }
    const replaced = new Set(segments.flatMap(({ replaces = [] }) => replaces));
    return segments.filter(({ name }) => !replaced.has(name));
  }

  private async summaryOrDamage(name: string): Promise<SegmentSummary> {
    try {
      const summary = { ...(await this.summary({ name })), moved: false };
      this.found.set(name, summary);
      return summary;
    } catch (error) {
      return damagedSegment(name, reasonOf(error), this.clock.now());
    }
  }

  private dropAllBut(segments: readonly SegmentSummary[]): void {
    const names = new Set(segments.map(({ name }) => name));
    for (const [name, index] of this.indexes) {
      if (names.has(name)) continue;
      this.indexes.delete(name);
      this.indexBytes -= sizeOf(index);
    }
    for (const name of this.keys.keys()) if (!names.has(name)) this.keys.delete(name);
  }
}

/** Said of a segment that could not be read. Who may not see all of it hears its days, and not what else it holds. */
export function unreadablePart(
  segment: SegmentSummary,
  error: unknown,
  seen: Pick<Scope, 'isAll'> = Scope.ALL,
): UnreadablePart {
  if (!seen.isAll) {
    const untilMs = dayOf(segment.last.createdMs) + DAY_MS;
    return {
      fromTime: new Date(dayOf(segment.first.createdMs)).toISOString(),
      untilTime: new Date(untilMs).toISOString(),
      operations: null,
      detail: reasonOf(error),
    };
  }
  return {
    fromTime: new Date(segment.first.createdMs).toISOString(),
    untilTime: new Date(segment.last.createdMs).toISOString(),
    operations: segment.damage === undefined ? segment.count : null,
    detail: `${segment.name}: ${reasonOf(error)}`,
  };
}

/** A sentence. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof DamagedSegmentError) return message;
  if (error instanceof HangsError) return 'The folder does not answer.';
  return code === 'ENOENT'
    ? 'It is not in the folder that this process sees.'
    : `It cannot be read (${code ?? 'unknown'}).`;
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

function sizeOf({ blocks, keyTerms }: SegmentIndex): number {
  return blocks.reduce((sum, { terms }) => sum + terms.byteLength + BYTES_PER_BLOCK, keyTerms.byteLength);
}
