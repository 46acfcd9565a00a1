/**
 * - `commands`: fails fast while Redis is away, so that a request gets its 503 at once.
 * - `blocking`: waits for ever; for workers and stream readers.
 */
export type ConnectionRole = 'commands' | 'blocking';

/** Reconnects soon: the default waits up to 20 s after Redis is back. */
export function retryStrategy(times: number): number {
  return Math.min(200 * 2 ** Math.min(times, 4), 1000);
}
