import type { Log } from './log.js';

const SILENT_MS = 10_000;
const KINDS_KEPT = 200;

interface Told {
  at: number;
  repeated: number;
}

/** Of a log, whoever writes to it: what has been told of late. */
const toldOf = new WeakMap<Log, Map<string, Told>>();

/**
 * A Redis that is away or full causes thousands of error events a second, on every connection: one line per kind of
 * error and 10 s, however many sources share the log; `repeated` counts those that were swallowed since.
 */
export function throttled(log: Log, source: string): (error: Error) => void {
  const told = toldOf.get(log) ?? new Map<string, Told>();
  toldOf.set(log, told);
  return (error) => {
    const words = error.message || error.name;
    const kind = kindOf(words);
    const last = told.get(kind);
    const now = performance.now();
    if (last && now - last.at < SILENT_MS) {
      last.repeated += 1;
      return;
    }
    // Only the message: BullMQ's errors carry whole scripts.
    log.warn({ source, repeated: last?.repeated ?? 0 }, words.slice(0, 300));
    if (told.size >= KINDS_KEPT) told.clear();
    told.set(kind, { at: now, repeated: 0 });
  };
}

/** Redis begins with a word that says it all; elsewhere ids and ports make no kind of their own. */
function kindOf(words: string): string {
  const code = /^([A-Z]{3,}) /.exec(words)?.[1];
  if (code && code !== 'ERR') return code;
  return words
    .slice(0, 300)
    .replace(/\S*\d\S*/g, '#')
    .slice(0, 60);
}
