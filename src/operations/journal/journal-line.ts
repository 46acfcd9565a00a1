import { inOurShape } from '../../domain/operation-schema.js';
import type { JournalEntry } from './journal.js';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 256 * 1024;

/** One line per entry: what is not a whole line was not synced, so that nobody relied on it. */
export function lineOf(entry: JournalEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** What a line is, if it is no entry: the head of a file, or something that a later version writes. */
export type OtherLine = 'HEADER' | 'UNKNOWN';

/** Records in the shape of this version. Throws when it is no line of a journal at all. */
export function entryOf(line: string): JournalEntry | OtherLine {
  const found = JSON.parse(line) as Partial<JournalEntry> | { kind?: 'HEADER'; time?: string };
  if (typeof found !== 'object' || found === null) throw new Error('no entry');
  if (typeof found.time !== 'string') throw new Error('an entry without a time');
  if (found.kind === 'HEADER') return 'HEADER';
  if (found.kind === 'RECORD' && typeof found.record?.id === 'string') {
    return { ...(found as Extract<JournalEntry, { kind: 'RECORD' }>), record: inOurShape(found.record) };
  }
  if ((found.kind === 'CHANGE' || found.kind === 'MARK') && typeof found.operationId === 'string')
    return found as JournalEntry;
  return 'UNKNOWN';
}

/** The whole lines of a file; what comes after the last line feed is left out. */
export async function* wholeLines(file: {
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
}): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  for (let position = 0; ;) {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    let from = 0;
    for (;;) {
      const end = buffer.subarray(0, bytesRead).indexOf(NEWLINE, from);
      if (end < 0) break;
      yield Buffer.concat([...rest, buffer.subarray(from, end)]).toString('utf8');
      rest = [];
      from = end + 1;
    }
    if (from < bytesRead) rest.push(buffer.subarray(from, bytesRead));
  }
}
