import type { Log } from '../../../src/platform/log/log.js';

/** Keeps what is said, whoever says it. */
export function recordingLog(): { log: Log; lines: unknown[][] } {
  const lines: unknown[][] = [];
  const say = (...words: unknown[]): void => void lines.push(words);
  const log: Log = {
    trace: say,
    debug: say,
    info: say,
    warn: say,
    error: say,
    fatal: say,
    child: () => log,
  };
  return { log, lines };
}
