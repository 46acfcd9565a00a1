import type { Log } from '../platform/log/log.js';
import { throttled } from '../platform/log/throttled.js';
import { SHARDS } from '../platform/redis/keys.js';
import { withinMs } from '../platform/within.js';
import type { ConsumerTurns, Turn } from './consumer-turns.js';
import type { EventConsumer } from './event-consumer.js';
import { FROM_THE_FIRST } from './event-feed.js';
import { ShardNews } from './shard-news.js';

export interface ConsumptionSettings {
  /** How often a turn is renewed while a batch takes long; less than it lasts. */
  renewMs: number;
  /** How often it is asked whether there is anything, or whether another process has left its turn. */
  lookMs: number;
  /** How long to wait when the store does not answer, … */
  storeFailureMs: number;
  /** … and when a consumer fails: doubled each time, up to the most. */
  failureMs: number;
  mostFailureMs: number;
  mostAtOnce: number;
}

export const TURN_LASTS_MS = 15_000;

export const CONSUMPTION: ConsumptionSettings = {
  renewMs: 5_000,
  lookMs: 5_000,
  storeFailureMs: 1_000,
  failureMs: 500,
  mostFailureMs: 30_000,
  mostAtOnce: 200,
};

/** Tells every consumer of every event, each from the position that is kept for it (`event-consumer.ts`). */
export class EventConsumption {
  private readonly news = new ShardNews();
  private readonly failed: (error: Error) => void;
  private running: Promise<unknown> | null = null;

  constructor(
    private readonly consumers: readonly EventConsumer[],
    private readonly turns: ConsumerTurns,
    log: Log,
    private readonly settings: ConsumptionSettings = CONSUMPTION,
  ) {
    const names = consumers.map(({ name }) => name);
    if (new Set(names).size < names.length)
      throw new Error(`two event consumers share a name: ${names.join(', ')}`);
    this.failed = throttled(log, 'telling of events');
  }

  start(): void {
    this.running = Promise.all(
      this.consumers.flatMap((consumer) => SHARDS.map((shard) => this.run(consumer, shard))),
    );
  }

  /** There is something new in the shard: nobody has to wait for the next look. */
  wake(shard: number): void {
    this.news.ring(shard);
  }

  /** Batches under way end within the limit, or come again elsewhere. */
  async stop(limitMs: number): Promise<void> {
    this.news.end();
    if (this.running) await withinMs(limitMs, this.running).catch(() => undefined);
  }

  private async run(consumer: EventConsumer, shard: number): Promise<void> {
    const { lookMs, storeFailureMs, failureMs, mostFailureMs, mostAtOnce } = this.settings;
    const asking = { consumer, shard };
    let handled: string | null = null;
    let failures = 0;
    while (!this.news.ended) {
      const seen = this.news.count(shard);
      const turn: Turn | null | undefined = await this.turns
        .next(asking, mostAtOnce, handled)
        .catch(this.noted(consumer));
      if (turn === undefined) {
        await this.news.pause(storeFailureMs);
        continue;
      }
      handled = null;
      if (turn === null) {
        await this.news.pause(lookMs);
        continue;
      }
      const { isGap, until }: Turn = turn;
      if (!isGap && until === null) {
        await this.news.after(shard, seen, lookMs);
        continue;
      }
      const done = await this.tell(consumer, shard, turn).catch(this.noted(consumer));
      if (done) {
        failures = 0;
        handled = until ?? FROM_THE_FIRST;
      } else {
        failures += 1;
        await this.news.pause(Math.min(failureMs * 2 ** (failures - 1), mostFailureMs));
      }
    }
    await this.turns.leave(asking, handled).catch(this.noted(consumer));
  }

  private async tell(consumer: EventConsumer, shard: number, { isGap, after, events }: Turn): Promise<true> {
    const renewing = setInterval(
      () => void this.turns.renew({ consumer, shard }).catch(this.noted(consumer)),
      this.settings.renewMs,
    );
    try {
      if (isGap) await consumer.onGap?.(shard, after);
      if (events.length > 0) await consumer.handle(events);
      return true;
    } finally {
      clearInterval(renewing);
    }
  }

  private noted({ name }: EventConsumer): (error: unknown) => undefined {
    return (error) => {
      this.failed(new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`));
    };
  }
}
