import { parsePublicId } from '../../domain/ids.js';
import type { OperationEvent } from '../../domain/operation-event.js';
import { isVerdict } from '../../domain/operation.js';
import type { Log } from '../../platform/log/log.js';
import { throttled } from '../../platform/log/throttled.js';
import { shardOf, SHARDS } from '../../platform/redis/keys.js';
import type { ProviderRegistry } from '../../providers/registry.js';
import type { StatisticsStore } from './redis-statistics-store.js';
import type { StatisticsCounting } from './statistics-counting.js';

/**
 * Keeps the statistics up to date in a worker. An `EventConsumer`: events are only the sign to read on, since the
 * position that counts is written with what was counted.
 */
export class StatisticsUpkeep {
  readonly name = 'statistics';
  /** What goes on in each shard, so that this process does it once. */
  private readonly underWay = new Map<number, Promise<void>>();
  private sweeping: Promise<void> | null = null;
  private readonly notCounted: (error: Error) => void;

  constructor(
    private readonly counting: StatisticsCounting,
    private readonly store: StatisticsStore,
    private readonly providers: ProviderRegistry,
    private readonly log: Log,
  ) {
    this.notCounted = throttled(log, 'statistics could not be counted anew; that is tried again');
  }

  async handle(events: readonly { event: OperationEvent }[]): Promise<void> {
    const ended = events.filter(({ event }) => isVerdict(event.state));
    const sites = ended.flatMap(({ event }) => parsePublicId(event.operationId)?.siteId ?? []);
    for (const shard of new Set(sites.map(shardOf))) {
      if (await this.counting.catchUp(shard)) continue;
      // That reads the whole history: the events that follow do not wait for it.
      this.countAfresh(shard).catch(this.notCounted);
    }
  }

  async onGap(shard: number): Promise<void> {
    await this.store.want(shard);
  }

  /** Of every shard: what was told to nobody, and what is to be counted anew. */
  sweep(): Promise<void> {
    this.sweeping ??= this.sweepAll().finally(() => {
      this.sweeping = null;
    });
    return this.sweeping;
  }

  private async sweepAll(): Promise<void> {
    for (const shard of SHARDS) await this.countAfresh(shard);
  }

  /** Joins what goes on by then, and looks once more for what came after that began. */
  private async countAfresh(shard: number): Promise<void> {
    await this.underWay.get(shard)?.catch(() => undefined);
    const joined = this.underWay.get(shard);
    if (joined) return joined;
    const work = this.count(shard).finally(() => this.underWay.delete(shard));
    this.underWay.set(shard, work);
    return work;
  }

  private async count(shard: number): Promise<void> {
    if (await this.counting.catchUp(shard)) return;
    const sites = this.providers.all().map(({ siteId }) => siteId);
    const ofShard = sites.filter((siteId) => shardOf(siteId) === shard);
    if (!(await this.counting.countAnew(shard, ofShard))) return;
    this.log.info({ shard, sites: ofShard }, 'statistics were counted anew from the records');
    await this.counting.catchUp(shard);
  }
}
