import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { inOurShape } from '../../domain/operation-schema.js';
import type { SegmentEntry } from './segment-entry.js';
import { readIndex, type SegmentBlock, type SegmentIndex, type SegmentSummary } from './segment-index.js';
import { readTrailer, TRAILER_BYTES } from './segment-trailer.js';

const unzip = promisify(gunzip);

/** A segment that is there and cannot be used. */
export class DamagedSegmentError extends Error {
  constructor(detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'DamagedSegmentError';
  }
}

/** Throws `DamagedSegmentError`, or what the file system says. */
export async function segmentIndexIn(path: string): Promise<SegmentIndex> {
  const { size } = await stat(path);
  const end = await bytesIn(path, Math.max(0, size - TRAILER_BYTES), Math.min(size, TRAILER_BYTES));
  const trailer = readTrailer(end);
  if (!trailer || trailer.indexAt + trailer.indexBytes + TRAILER_BYTES !== size)
    throw new DamagedSegmentError('It is cut off, or not a segment.');
  const text = await unpackedIn(path, trailer.indexAt, trailer.indexBytes);
  try {
    return readIndex(text);
  } catch (error) {
    throw new DamagedSegmentError('Its index cannot be read.', { cause: error });
  }
}

/** All operations of a block, in order. Throws `DamagedSegmentError`, or what the file system says. */
export async function entriesIn(path: string, { at, bytes, count }: SegmentBlock): Promise<SegmentEntry[]> {
  const lines = (await unpackedIn(path, at, bytes)).split('\n').filter((line) => line !== '');
  if (lines.length !== count) throw new DamagedSegmentError(`At ${at} it holds something else.`);
  return lines.map((line) => {
    const entry = JSON.parse(line) as SegmentEntry;
    return { ...entry, record: inOurShape(entry.record) };
  });
}

/** What the file says of itself, with every byte of it looked at. */
export async function summaryOf(path: string): Promise<Omit<SegmentSummary, 'moved'>> {
  const { blocks, endedUntilMs, siteIds } = await segmentIndexIn(path);
  const [first, last] = [blocks.at(0), blocks.at(-1)];
  if (!first || !last) throw new DamagedSegmentError('It holds nothing.');
  const hash = createHash('sha256');
  let size = 0;
  for await (const part of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(part);
    size += part.length;
  }
  return {
    name: basename(path),
    first: first.first,
    last: last.last,
    endedUntilMs,
    count: blocks.reduce((sum, { count }) => sum + count, 0),
    bytes: size,
    sha256: hash.digest('hex'),
    siteIds,
  };
}

async function unpackedIn(path: string, at: number, bytes: number): Promise<string> {
  const packed = await bytesIn(path, at, bytes);
  try {
    return (await unzip(packed)).toString('utf8');
  } catch (error) {
    throw new DamagedSegmentError(`At ${at} it is damaged.`, { cause: error });
  }
}

async function bytesIn(path: string, at: number, bytes: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    const { bytesRead } = await file.read(buffer, 0, bytes, at);
    if (bytesRead !== bytes) throw new DamagedSegmentError('It is cut off.');
    return buffer;
  } finally {
    await file.close();
  }
}
