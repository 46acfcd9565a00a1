import { open, stat, type FileHandle } from 'node:fs/promises';
import { chainFiles, type ChainFileName } from './audit-files.js';
import { bytesAt, linesBackwards } from './chain-lines.js';

const TIME = /"time":"([^"]{24})"/;
const LOOKED_AT_BYTES = 16 * 1024;

/** A file of a chain, and the time from its first entry to its last, as they say themselves. */
export interface Span extends ChainFileName {
  size: number;
  fromMs: number;
  untilMs: number;
}

/** Which file holds which time. What did not grow is not looked at again. */
export class ChainSpans {
  private known = new Map<string, Span>();

  constructor(private readonly folder: string) {}

  async all(): Promise<Span[]> {
    const found = new Map<string, Span>();
    for (const file of await chainFiles(this.folder)) {
      const span = await this.spanOf(file);
      if (span) found.set(file.name, span);
    }
    this.known = found;
    return [...found.values()];
  }

  /** null = there is nothing in it yet. */
  private async spanOf(file: ChainFileName): Promise<Span | null> {
    const size = (await stat(file.path).catch(() => null))?.size ?? 0;
    const known = this.known.get(file.name);
    if (known?.size === size) return known;
    const handle = await open(file.path, 'r').catch(() => null);
    if (!handle) return null;
    try {
      const fromMs = timeIn((await bytesAt(handle, 0, LOOKED_AT_BYTES)).toString('latin1'));
      const last = await linesBackwards(handle, size).next();
      const untilMs = last.done ? null : timeIn(last.value);
      return fromMs === null || untilMs === null ? null : { ...file, size, fromMs, untilMs };
    } finally {
      await handle.close();
    }
  }
}

/** A place in the file behind everything up to that time, and not far behind it: times only grow. */
export async function endOf(handle: FileHandle, size: number, untilMs: number): Promise<number> {
  let low = 0;
  let high = size;
  while (high - low > 2 * LOOKED_AT_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const text = (await bytesAt(handle, middle, LOOKED_AT_BYTES)).toString('latin1');
    const timeMs = timeIn(text.slice(text.indexOf('\n') + 1));
    if (timeMs !== null && timeMs <= untilMs) low = middle;
    else high = middle;
  }
  return Math.min(size, high + LOOKED_AT_BYTES);
}

function timeIn(text: string): number | null {
  const timeMs = Date.parse(TIME.exec(text)?.[1] ?? '');
  return Number.isNaN(timeMs) ? null : timeMs;
}
