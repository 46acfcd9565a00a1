import type { Clock } from '../platform/clock.js';
import { ProviderError } from './provider-error.js';

/** So many may wait for a site that says nothing; one that answers is asked by as many as like. */
const MOST_WAITING = 32;
/** Nothing was heard for so long: whoever asks now would most likely wait for nothing. */
const SILENT_MS = 2_000;

/**
 * What is being asked of one site by this process. While it says nothing, only so many wait for it: the places of the
 * process are for those who ask other sites. Who waits already goes on waiting, and is how it is noticed that it speaks again.
 */
export class QuestionsOut {
  private waiting = 0;
  private lastHeardMs = 0;

  constructor(
    private readonly siteName: string,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** Throws `ProviderError` RATE_LIMITED, TEMPORARY: the upstream was not asked. */
  async ask<T>(work: () => Promise<T>): Promise<T> {
    const nowMs = this.clock.monotonic();
    if (this.waiting === 0) this.lastHeardMs = nowMs;
    const silentMs = nowMs - this.lastHeardMs;
    if (this.waiting >= MOST_WAITING && silentMs >= SILENT_MS) throw this.tooMany(silentMs);
    this.waiting += 1;
    try {
      const answer = await work();
      this.heard();
      return answer;
    } catch (error) {
      if (!isSilence(error)) this.heard();
      throw error;
    } finally {
      this.waiting -= 1;
    }
  }

  private heard(): void {
    this.lastHeardMs = this.clock.monotonic();
  }

  private tooMany(silentMs: number): ProviderError {
    const seconds = Math.round(silentMs / 1000);
    return new ProviderError(
      'RATE_LIMITED',
      `${this.siteName} has said nothing for ${seconds} s, and ${this.waiting} questions wait for it already.`,
      { retry: 'TEMPORARY', retryAfterMs: SILENT_MS },
    );
  }
}

/** Nothing came from the site: it did not answer in time, or our own budget had no place for the question. */
function isSilence(error: unknown): boolean {
  if (!(error instanceof ProviderError)) return false;
  return error.kind === 'TIMEOUT' || (error.kind === 'RATE_LIMITED' && error.upstream.status === null);
}
