import type { Clock } from '../platform/clock.js';
import { FairPlaces } from '../platform/queue/fair-places.js';
import { KeptPlaces } from '../platform/queue/kept-places.js';
import type { RingTurn } from '../platform/queue/ring-turn.js';
import { RingWorkers, type RingTools } from '../platform/queue/ring-workers.processor.js';
import { SHARDS, shardOf } from '../platform/redis/keys.js';
import { SUBMISSIONS, WATCHES } from './doorbells.queue.js';
import { siteOfOperation } from './operation-id.js';
import type { Next } from './settings.js';

export interface Answerers {
  submission: (operationId: string) => Promise<Next>;
  watch: (siteId: string) => Promise<Next>;
}

/** Operations of one shard that are taken to their upstreams, and sites that are watched, at the same time by one process. */
const SENT_AT_ONCE = 48;
/** Of one site: the look before a send to one that hangs takes as long as we have patience. */
const OF_ONE_SITE = 16;
/** Beyond these, for what is urgent alone, of a shard; it may take the others, too. */
const KEPT_FOR_URGENT = { atOnce: 64, ofOneSite: 8 };
const WATCHED_AT_ONCE = 8;

/** Who is taken to an upstream now, and who comes back later. */
class SendingPlaces {
  private readonly ofSites: FairPlaces;
  private readonly ofShards: FairPlaces;
  private readonly kept: readonly KeptPlaces[];

  constructor(clock: Clock) {
    this.ofSites = new FairPlaces(OF_ONE_SITE, clock);
    this.ofShards = new FairPlaces(SENT_AT_ONCE, clock);
    this.kept = SHARDS.map(() => new KeptPlaces(KEPT_FOR_URGENT.atOnce, KEPT_FOR_URGENT.ofOneSite));
  }

  within(siteId: string, turn: RingTurn, send: () => Promise<Next>): Promise<Next> {
    const kept = this.kept[shardOf(siteId)];
    if (turn === 'FIRST' && kept?.hasOneFor(siteId)) return kept.within(siteId, send);
    const shard = String(shardOf(siteId));
    // A place of the site is not taken for somebody who finds none in the shard.
    if (this.ofShards.isFull(shard)) return this.ofShards.within(shard, send);
    return this.ofSites.within(siteId, () => this.ofShards.within(shard, send));
  }
}

/** Answers the bells. */
export class DoorbellWorkers {
  private readonly submissions: RingWorkers;
  private readonly watches: RingWorkers;

  constructor({ submission, watch }: Answerers, tools: RingTools) {
    const places = new SendingPlaces(tools.clock);
    this.submissions = new RingWorkers(
      {
        name: SUBMISSIONS,
        atOnce: SENT_AT_ONCE + KEPT_FOR_URGENT.atOnce,
        answer: (id, turn) => places.within(siteOfOperation(id) ?? '', turn, () => submission(id)),
      },
      tools,
    );
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
