import type { Log } from './platform/log/log.js';

export interface EndingOptions {
  log: Log;
  /** Longer than this an ending never takes; one that is cut off ends with code 1. */
  limitMs: number;
}

/** Ends the process once: `why` for the log, `code` when it ended in order. */
export type End = (why: string, code?: number) => void;

/** Ends on a signal, or when the parent that started us with a channel is gone; or when the returned function is called. */
export function endOnSignals(close: () => Promise<void>, { log, limitMs }: EndingOptions): End {
  let ending = false;
  const end: End = (why, code = 0) => {
    if (ending) return;
    ending = true;
    log.info({ why }, 'ending');
    setTimeout(() => {
      log.error({ limitMs }, 'the ending took too long and is cut off');
      process.exit(1);
    }, limitMs).unref();
    close().then(
      () => process.exit(code),
      (error: unknown) => {
        log.error({ reason: error instanceof Error ? error.message : String(error) }, 'did not end in order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  process.on('disconnect', () => end('the parent process is gone'));
  return end;
}
