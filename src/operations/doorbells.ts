import type { RingTurn } from '../platform/queue/ring-turn.js';

/**
 * Rings for work. A ring carries an id and nothing else: the record is the truth, and losing every ring loses
 * nothing, because the sweeper rings again for whatever is unfinished.
 */
export abstract class Doorbells {
  /** Somebody should take this operation to its upstream, now. Default: in turn. */
  abstract ringSubmission(operationId: string, turn?: RingTurn): Promise<void>;
  /** Somebody should look at this site, now. */
  abstract ringWatch(siteId: string): Promise<void>;
  /** The same, for the sweeper: a ring that is already waiting for its time is left alone. */
  abstract ensureSubmission(operationId: string, turn?: RingTurn): Promise<void>;
  abstract ensureWatch(siteId: string): Promise<void>;
}
