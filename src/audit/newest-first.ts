import { open } from 'node:fs/promises';
import type { AuditEntry } from './audit-entry.js';
import type { AuditKeys } from './audit-keys.js';
import { unsealed } from './audit-line.js';
import { linesBackwards } from './chain-lines.js';
import { endOf, type Span } from './chain-spans.js';

/** Between two entries, for ever the same: by time, then by chain, then by number. */
export interface Place {
  timeMs: number;
  writer: string;
  sequence: number;
}

const MAX_SEQUENCE = Number.MAX_SAFE_INTEGER;

/** null = a line that is not what was written. */
export interface Found {
  place: Place;
  entry: AuditEntry | null;
  mac: string;
}

interface Reading {
  found: Found;
  rest: AsyncGenerator<Found, void>;
}

export function isBefore(one: Place, other: Place): boolean {
  if (one.timeMs !== other.timeMs) return one.timeMs < other.timeMs;
  if (one.writer !== other.writer) return one.writer < other.writer;
  return one.sequence < other.sequence;
}

/** The entries of all chains, the newest first; files are opened when their time has come. */
export async function* newestFirst(
  spans: readonly Span[],
  keys: AuditKeys,
  untilMs: number,
): AsyncGenerator<Found> {
  const waiting = spans
    .filter(({ fromMs }) => fromMs <= untilMs)
    .sort((a, b) => a.untilMs - b.untilMs || (a.name < b.name ? -1 : 1));
  const readings: Reading[] = [];
  try {
    for (;;) {
      let newest = newestOf(readings);
      for (let next = waiting.at(-1); next; next = waiting.at(-1)) {
        if (newest && newest.found.place.timeMs > Math.min(next.untilMs, untilMs)) break;
        waiting.pop();
        await advance({ rest: backwards(next, keys, untilMs) }, readings);
        newest = newestOf(readings);
      }
      if (!newest) return;
      yield newest.found;
      readings.splice(readings.indexOf(newest), 1);
      await advance(newest, readings);
    }
  } finally {
    for (const { rest } of readings) await rest.return(undefined);
  }
}

async function advance({ rest }: Pick<Reading, 'rest'>, readings: Reading[]): Promise<void> {
  const next = await rest.next();
  if (!next.done) readings.push({ found: next.value, rest });
}

function newestOf(readings: readonly Reading[]): Reading | null {
  return readings.reduce<Reading | null>(
    (newest, one) => (newest && isBefore(one.found.place, newest.found.place) ? newest : one),
    null,
  );
}

async function* backwards(span: Span, keys: AuditKeys, untilMs: number): AsyncGenerator<Found, void> {
  const handle = await open(span.path, 'r').catch(() => null);
  if (!handle) return;
  // Where a line cannot be read, its place is that of the one after it.
  let last: Place = { timeMs: Math.min(span.untilMs, untilMs), writer: span.writer, sequence: MAX_SEQUENCE };
  const end = span.untilMs <= untilMs ? span.size : await endOf(handle, span.size, untilMs);
  try {
    for await (const line of linesBackwards(handle, end)) {
      const opened = keys
        .ofChain(span.writer)
        .map((key) => unsealed<AuditEntry>(line, key))
        .find((one) => one !== null);
      if (opened) {
        const { time, writer, sequence } = opened.fields;
        last = { timeMs: Date.parse(time), writer, sequence };
      }
      if (last.timeMs <= untilMs)
        yield { place: last, entry: opened?.fields ?? null, mac: opened?.mac ?? '' };
    }
  } finally {
    await handle.close();
  }
}
