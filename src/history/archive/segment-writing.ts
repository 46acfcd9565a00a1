import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
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

export function isSegment(name: string): boolean {
  return NAME.test(name);
}

/** Half written by somebody who is gone; the ones being written are not told from them but by their age. */
export function isUnfinished(name: string): boolean {
  return /^segment-[\w-]+\.ndjson\.gz\.new$/.test(name);
}

/**
 * Writes a segment that is there with all of it, on the disk, or not at all. The entries come by creation, then by id.
 * Answers its name, or null when there was nothing to write.
 */
export async function writeSegment(
  folder: string,
  entries: AsyncIterable<SegmentEntry>,
): Promise<string | null> {
  const blocks = inBlocks(entries);
  const first = await blocks.next();
  if (first.done) return null;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = `segment-${uuidv7()}.ndjson.gz`;
  const temporary = join(folder, `${name}.new`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    await writeAll(file, first.value, blocks).finally(() => file.close());
    await rename(temporary, join(folder, name));
    await syncFolder(folder);
    return name;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeAll(
  file: FileHandle,
  firstBlock: SegmentEntry[],
  others: AsyncIterable<SegmentEntry[]>,
): Promise<void> {
  const blocks: SegmentBlock[] = [];
  const keyTerms: number[] = [];
  const siteIds = new Set<string>();
  let endedUntilMs = 0;
  let at = 0;
  let count = 0;
  const add = async (block: SegmentEntry[]): Promise<void> => {
    const [first, last] = [block.at(0), block.at(-1)];
    if (!first || !last) return;
    const bytes = await zip(block.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    await file.appendFile(bytes);
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
  };
  await add(firstBlock);
  for await (const block of others) await add(block);
  const index = {
    blocks,
    keyTerms: sortedTerms(keyTerms),
    endedUntilMs,
    siteIds: [...siteIds].sort(),
  };
  const indexBytes = await zip(`${indexText(index)}\n`);
  await file.appendFile(indexBytes);
  await file.appendFile(trailerOf({ indexAt: at, indexBytes: indexBytes.length, count }));
  await file.sync();
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
