import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { inOurShape } from '../../domain/operation-schema.js';
import type { SegmentEntry } from './segment-entry.js';
import { readIndex, type SegmentBlock, type SegmentIndex, type SegmentSummary } from './segment-index.js';
import { readTrailer, TRAILER_BYTES } from './segment-trailer.js';

const unzip = promisify(gunzip);

/** What one read asks for. */
const PART_BYTES = 1024 * 1024;

/** A segment that is there and cannot be used. */
export class DamagedSegmentError extends Error {
  constructor(detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'DamagedSegmentError';
  }
}

/** Whether it is the file, or the folder, that stands in the way. */
export function isOfTheFile(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (
    error instanceof DamagedSegmentError || ['ENOENT', 'EACCES', 'EIO', 'ETIMEDOUT'].includes(code ?? '')
  );
}

/** How the bytes of a file are had. */
export interface FileReads {
  size(path: string): Promise<number>;
  /** Throws `DamagedSegmentError` when there are not as many. */
  bytes(path: string, at: number, length: number): Promise<Buffer>;
}

/** As the file system answers, however long that takes. */
export const DIRECT: FileReads = {
  size: async (path) => (await stat(path)).size,
  bytes: async (path, at, length) => {
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await file.read(buffer, 0, length, at);
      if (bytesRead !== length) throw new DamagedSegmentError('It is cut off.');
      return buffer;
    } finally {
      await file.close();
    }
  },
};

/** Throws `DamagedSegmentError`, or what the file system says. */
export async function segmentIndexIn(path: string, files: FileReads): Promise<SegmentIndex> {
  const size = await files.size(path);
  const end = await files.bytes(path, Math.max(0, size - TRAILER_BYTES), Math.min(size, TRAILER_BYTES));
  const trailer = readTrailer(end);
  if (!trailer || trailer.indexAt + trailer.indexBytes + TRAILER_BYTES !== size)
    throw new DamagedSegmentError('It is cut off, or not a segment.');
  const text = await unpackedIn(path, trailer.indexAt, trailer.indexBytes, files);
  try {
    return readIndex(text);
  } catch (error) {
    throw new DamagedSegmentError('Its index cannot be read.', { cause: error });
  }
}

/** All operations of a block, in order. Throws `DamagedSegmentError`, or what the file system says. */
export async function entriesIn(
  path: string,
  { at, bytes, count }: SegmentBlock,
  files: FileReads,
): Promise<SegmentEntry[]> {
  const lines = (await unpackedIn(path, at, bytes, files)).split('\n').filter((line) => line !== '');
  if (lines.length !== count) throw new DamagedSegmentError(`At ${at} it holds something else.`);
  try {
    return lines.map((line) => {
      const entry = JSON.parse(line) as SegmentEntry;
      return { ...entry, record: inOurShape(entry.record) };
    });
  } catch (error) {
    throw new DamagedSegmentError(`At ${at} it holds something else.`, { cause: error });
  }
}

/** What the file says of itself, with every byte of it looked at. */
export async function summaryOf(
  path: string,
  files: FileReads = DIRECT,
): Promise<Omit<SegmentSummary, 'moved'>> {
  const { blocks, endedUntilMs, siteIds, replaces } = await segmentIndexIn(path, files);
  const [first, last] = [blocks.at(0), blocks.at(-1)];
  if (!first || !last) throw new DamagedSegmentError('It holds nothing.');
  const hash = createHash('sha256');
  const size = await files.size(path);
  for (let at = 0; at < size; at += PART_BYTES) {
    hash.update(await files.bytes(path, at, Math.min(PART_BYTES, size - at)));
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
    ...(replaces ? { replaces } : {}),
  };
}

async function unpackedIn(path: string, at: number, length: number, files: FileReads): Promise<string> {
  const packed = await files.bytes(path, at, length);
  try {
    return (await unzip(packed)).toString('utf8');
  } catch (error) {
    throw new DamagedSegmentError(`At ${at} it is damaged.`, { cause: error });
  }
}
