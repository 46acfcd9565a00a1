import type { Redis } from 'ioredis';
import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { throttled } from '../platform/redis/connection.js';
import { requestBudgetKey } from '../platform/redis/keys.js';
import { RedisScript } from '../platform/redis/script.js';
import {
  AddressCounts,
  LocalAddressCounts,
  type Claim,
  type Standing,
  type StayAway,
} from './address-counts.js';
import { KEPT_SLOTS, SLOTS } from './request-window.js';

const TAKE = new RedisScript(new URL('./lua/take-request-place.lua', import.meta.url));
const STAY_AWAY = new RedisScript(new URL('./lua/stay-away.lua', import.meta.url));

const COUNT_ANYWAY = -1;
const ONLY_LOOK = 0;
/** After it did not answer: a request to an upstream must not wait for Redis each time. */
const LEFT_ALONE_MS = 5_000;

/** One count for all processes. While Redis is away, each goes by what it asked itself. */
export class RedisAddressCounts extends AddressCounts {
  private readonly own: LocalAddressCounts;
  private readonly tellTrouble: (error: Error) => void;
  private leftAloneUntil = -Infinity;

  constructor(
    private readonly redis: Redis,
    private readonly clock: Clock,
    log: Log,
  ) {
    super();
    this.own = new LocalAddressCounts(clock);
    this.tellTrouble = throttled(log, 'request budget');
  }

  async take(address: string, claim: Claim): Promise<Standing> {
    const answer = await this.asked(() =>
      TAKE.run(
        this.redis,
        [requestBudgetKey(address)],
        [claim.windowMs / SLOTS, KEPT_SLOTS, claim.most ?? COUNT_ANYWAY, claim.isSend ? 1 : 0],
      ),
    );
    if (answer === null) return this.own.take(address, claim);
    const [taken, used, waitMs, awayMs] = answer as [number, number, number, number];
    if (taken === 1) this.own.add(address, claim.windowMs);
    return { taken: taken === 1, used, waitMs, awayMs };
  }

  async look(address: string, windowMs: number): Promise<{ used: number; awayMs: number }> {
    const args = [windowMs / SLOTS, KEPT_SLOTS, ONLY_LOOK, 0];
    const answer = await this.asked(() => TAKE.run(this.redis, [requestBudgetKey(address)], args));
    if (answer === null) return this.own.look(address, windowMs);
    const [, used, , awayMs] = answer as [number, number, number, number];
    return { used, awayMs };
  }

  async stayAway(address: string, who: StayAway, forMs: number): Promise<void> {
    await this.own.stayAway(address, who, forMs);
    const name = who === 'EVERYBODY' ? 'everybody' : 'reads';
    await this.asked(() => STAY_AWAY.run(this.redis, [requestBudgetKey(address)], [name, forMs]));
  }

  /** null = Redis does not answer. */
  private async asked(ask: () => Promise<unknown>): Promise<unknown> {
    if (this.clock.monotonic() < this.leftAloneUntil) return null;
    try {
      return await ask();
    } catch (error) {
      this.tellTrouble(error instanceof Error ? error : new Error(String(error)));
      this.leftAloneUntil = this.clock.monotonic() + LEFT_ALONE_MS;
      return null;
    }
  }
}
