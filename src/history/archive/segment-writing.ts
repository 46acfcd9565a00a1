import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { v7 as uuidv7 } from 'uuid';
import { cursorOf } from '../../operations/operation-order.js';
import { termsOf, keyTerm, type SegmentEntry } from './segment-entry.js';
import { indexText, sortedTerms, type SegmentBlock } from './segment-index.js';
import { trailerOf } from './segment-trailer.js';

const zip = promisify(gzip);

/** What one read unpacks. */
const BLOCK_ENTRIES = 64;
const BLOCK_TEXT = 192 * 1024;

const NAME = /^segment-[\w-]+\.ndjson\.gz$/;
const MADE = /^segment-([0-9a-f]{8})-([0-9a-f]{4})-7/;

export function isSegment(name: string): boolean {
  return NAME.test(name);
}

/** When it was begun, milliseconds; null = its name does not say so. */
export function madeMs(name: string): number | null {
  const [, high, low] = MADE.exec(name) ?? [];
  return high === undefined ? null : Number.parseInt(`${high}${low}`, 16);
}

/** Half written by somebody who is gone; the ones being written are not told from them but by their age. */
export function isUnfinished(name: string): boolean {
  return /^segment-[\w-]+\.ndjson\.gz\.new$/.test(name);
}

export interface SegmentWriting {
  /** Segments of which it has everything. */
  replaces?: string[];
  /** Milliseconds since the epoch; absent = by the clock of the machine. */
  nowMs?: number;
  /** Whatever surrounds what is done to the folder. */
  within?: (work: () => Promise<void>) => Promise<void>;
}

/**
 * Writes a segment that is there with all of it, on the disk, or not at all. The entries come by creation, then by id.
 * Answers its name, or null when there was nothing to write.
 */
export async function writeSegment(
  folder: string,
  entries: AsyncIterable<SegmentEntry>,
  { replaces, nowMs, within = (work) => work() }: SegmentWriting = {},
): Promise<string | null> {
  const parts = await partsOf(entries, replaces);
  if (!parts) return null;
  const name = `segment-${uuidv7(nowMs === undefined ? {} : { msecs: nowMs })}.ndjson.gz`;
  await within(() => writeWhole(folder, name, parts));
  return name;
}

/** In memory: packed, the most that a segment holds is a few megabytes. null = there is nothing. */
async function partsOf(
  entries: AsyncIterable<SegmentEntry>,
  replaces: string[] | undefined,
): Promise<Buffer[] | null> {
  const parts: Buffer[] = [];
  const blocks: SegmentBlock[] = [];
  const keyTerms: number[] = [];
  const siteIds = new Set<string>();
  let endedUntilMs = 0;
  let at = 0;
  let count = 0;
  for await (const block of inBlocks(entries)) {
    const [first, last] = [block.at(0), block.at(-1)];
    if (!first || !last) continue;
    const bytes = await zip(block.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    parts.push(bytes);
    blocks.push({
      at,
      bytes: bytes.length,
      count: block.length,
      first: cursorOf(first.record),
      last: cursorOf(last.record),
      terms: sortedTerms(block.flatMap(termsOf)),
    });
    at += bytes.length;
    count += block.length;
    for (const { record, claim } of block) {
      if (claim) keyTerms.push(keyTerm(claim.keyHash));
      siteIds.add(record.siteId);
      endedUntilMs = Math.max(endedUntilMs, Date.parse(record.endedTime ?? record.updatedTime));
    }
  }
  if (blocks.length === 0) return null;
  const index = {
    blocks,
    keyTerms: sortedTerms(keyTerms),
    endedUntilMs,
    siteIds: [...siteIds].sort(),
    ...(replaces ? { replaces } : {}),
  };
  const indexBytes = await zip(`${indexText(index)}\n`);
  return [...parts, indexBytes, trailerOf({ indexAt: at, indexBytes: indexBytes.length, count })];
}

async function writeWhole(folder: string, name: string, parts: readonly Buffer[]): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `${name}.new`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      for (const part of parts) await file.appendFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(folder, name));
    await syncFolder(folder);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function* inBlocks(entries: AsyncIterable<SegmentEntry>): AsyncGenerator<SegmentEntry[]> {
  let block: SegmentEntry[] = [];
  let text = 0;
  for await (const entry of entries) {
    block.push(entry);
    text += JSON.stringify(entry).length;
    if (block.length < BLOCK_ENTRIES && text < BLOCK_TEXT) continue;
    yield block;
    block = [];
    text = 0;
  }
  if (block.length > 0) yield block;
}

/** So that the names in it outlive a power failure, too. Some systems do not let a folder be synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}
