import { FairPlaces } from '../platform/queue/fair-places.js';
import { RingWorkers, type RingTools } from '../platform/queue/ring-workers.processor.js';
import { SUBMISSIONS, WATCHES } from './doorbells.queue.js';
import type { Next } from './settings.js';

export interface Answerers {
  submission: (operationId: string) => Promise<Next>;
  watch: (siteId: string) => Promise<Next>;
}

/** Operations of one shard that are taken to their upstreams, and sites that are watched, at the same time by one process. */
const SENT_AT_ONCE = 48;
/** Of one site: the look before a send to one that hangs takes as long as we have patience. */
const OF_ONE_SITE = 16;
const WATCHED_AT_ONCE = 8;

/** Answers the bells. */
export class DoorbellWorkers {
  private readonly submissions: RingWorkers;
  private readonly watches: RingWorkers;

  constructor({ submission, watch }: Answerers, tools: RingTools) {
    const places = new FairPlaces(OF_ONE_SITE, tools.clock);
    const inTurn = (id: string): Promise<Next> =>
      places.within(id.slice(0, id.indexOf('.')), () => submission(id));
    this.submissions = new RingWorkers({ name: SUBMISSIONS, atOnce: SENT_AT_ONCE, answer: inTurn }, tools);
    this.watches = new RingWorkers({ name: WATCHES, atOnce: WATCHED_AT_ONCE, answer: watch }, tools);
  }

  start(): void {
    this.submissions.start();
    this.watches.start();
  }

  async ready(): Promise<void> {
    await Promise.all([this.submissions.ready(), this.watches.ready()]);
  }

  /** Begins nothing more. Whether every send in progress got its answer within the limit. */
  async close({ sendsMs, looksMs }: { sendsMs: number; looksMs: number }): Promise<boolean> {
    const [sendsEnded] = await Promise.all([this.submissions.close(sendsMs), this.watches.close(looksMs)]);
    return sendsEnded;
  }
}
