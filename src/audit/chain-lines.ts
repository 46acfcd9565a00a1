import { open, type FileHandle } from 'node:fs/promises';

const CHUNK_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;

/** One line of a file, as latin1: each byte is a character, so that none is lost. */
export interface FileLine {
  text: string;
  /** Where it begins. */
  offset: number;
  /** It ends with a line feed; only the last one of a file may not. */
  whole: boolean;
}

export async function* linesOf(path: string): AsyncGenerator<FileLine> {
  const handle = await open(path, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    let offset = 0;
    for (let position = 0; ;) {
      const chunk = await bytesAt(handle, position, CHUNK_BYTES);
      if (chunk.length === 0) break;
      position += chunk.length;
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED)) {
        yield { text: rest.toString('latin1', 0, end), offset, whole: true };
        offset += end + 1;
        rest = rest.subarray(end + 1);
      }
    }
    if (rest.length > 0) yield { text: rest.toString('latin1'), offset, whole: false };
  } finally {
    await handle.close();
  }
}

/** The whole lines that end before `end`, the last first. */
export async function* linesBackwards(handle: FileHandle, end: number): AsyncGenerator<string, void> {
  let rest: Buffer = Buffer.alloc(0);
  let isTorn = true;
  for (let position = end; position > 0;) {
    const length = Math.min(CHUNK_BYTES, position);
    position -= length;
    rest = Buffer.concat([await bytesAt(handle, position, length), rest]);
    for (let feed = rest.lastIndexOf(LINE_FEED); feed >= 0; feed = rest.lastIndexOf(LINE_FEED)) {
      // What follows the last line feed is not whole.
      if (!isTorn) yield rest.toString('latin1', feed + 1);
      isTorn = false;
      rest = rest.subarray(0, feed);
    }
  }
  if (!isTorn) yield rest.toString('latin1');
}

export async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}
