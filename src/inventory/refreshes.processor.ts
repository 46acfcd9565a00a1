import type { Redis } from 'ioredis';
import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { RingWorkers } from '../platform/queue/ring-workers.processor.js';
import type { RefreshRounds } from './refresh-rounds.js';
import { REFRESHES } from './refreshes.queue.js';

/** Sites of one shard that are looked at at the same time by one process. */
const AT_ONCE = 16;

/** Answers the rings for looks at the sites. */
export class RefreshWorkers extends RingWorkers {
  constructor(connection: Redis, rounds: RefreshRounds, clock: Clock, log: Log) {
    const answer = (siteId: string) => rounds.round(siteId);
    super({ name: REFRESHES, atOnce: AT_ONCE, answer }, connection, clock, log);
  }
}
