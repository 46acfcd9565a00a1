import { RingWorkers, type RingTools } from '../platform/queue/ring-workers.processor.js';
import type { RefreshRounds } from './refresh-rounds.js';
import { REFRESHES } from './refreshes.queue.js';

/** Sites of one shard that are looked at at the same time by one process. */
const AT_ONCE = 16;

/** Answers the rings for looks at the sites. */
export class RefreshWorkers extends RingWorkers {
  constructor(rounds: RefreshRounds, tools: RingTools) {
    super({ name: REFRESHES, atOnce: AT_ONCE, answer: (siteId) => rounds.round(siteId) }, tools);
  }
}
