import { aheadOfAll } from '../../lanes.js';
import { ProviderError } from '../../provider-error.js';

/** Several callers, one run, in a lane that none of them need wait in: who comes while it is under way waits for its end. */
export class SingleFlight<T> {
  private underWay: Promise<T> | null = null;

  /** The signal ends the caller's waiting, not the run, which others may wait for as well. */
  run(begin: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.underWay === null) {
      const run = aheadOfAll(begin).finally(() => {
        this.underWay = null;
      });
      // Every waiter may have gone by the time it fails.
      run.catch(() => undefined);
      this.underWay = run;
    }
    return untilAborted(this.underWay, signal);
  }

  /** Waits for what is under way, however it ends. Never throws. */
  async settled(signal: AbortSignal): Promise<void> {
    if (this.underWay !== null) await untilAborted(this.underWay, signal).catch(() => undefined);
  }
}

export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void =>
      reject(
        new ProviderError('TIMEOUT', 'The call was given up before SRM answered.', { retry: 'TEMPORARY' }),
      );
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
