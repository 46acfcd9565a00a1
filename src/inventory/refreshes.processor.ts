import { inLogContext } from '../platform/log/log-context.js';
import { RingWorkers, type RingTools, type RingWork } from '../platform/queue/ring-workers.processor.js';
import { inSpan } from '../platform/tracing/spans.js';
import type { RefreshRounds } from './refresh-rounds.js';
import { REFRESHES } from './refreshes.queue.js';

/** Sites of one shard that are looked at at the same time by one process. */
const AT_ONCE = 16;

/** Answers the rings for looks at the sites. */
export class RefreshWorkers extends RingWorkers {
  constructor(rounds: RefreshRounds, tools: RingTools) {
    const answer: RingWork['answer'] = (siteId) =>
      inLogContext({ siteId }, () =>
        inSpan('refresh', { root: true, attributes: { 'dr_gateway.site': siteId } }, () =>
          rounds.round(siteId),
        ),
      );
    super({ name: REFRESHES, atOnce: AT_ONCE, answer }, tools);
  }
}
