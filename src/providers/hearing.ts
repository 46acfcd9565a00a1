import { AsyncLocalStorage } from 'node:async_hooks';

/** ANSWER: the upstream said something of its own. SILENCE: no answer came, or it said that it cannot answer now (5xx). */
export type Sign = 'ANSWER' | 'SILENCE';

/** What came of the latest request; null = none was made. */
export interface Hearing {
  sign: Sign | null;
}

const hearings = new AsyncLocalStorage<Hearing>();

/** What comes of the requests in the course of `work` is noted in `hearing`. */
export function hearing<T>(into: Hearing, work: () => T): T {
  return hearings.run(into, work);
}

/** Told where it is known: by whoever made the request. */
export function noteSign(sign: Sign): void {
  const now = hearings.getStore();
  if (now) now.sign = sign;
}
