import type { Redis } from 'ioredis';
import type { Clock } from '../platform/clock.js';
import type { Log } from '../platform/log/log.js';
import { throttled } from '../platform/log/throttled.js';
import { requestBudgetKey } from '../platform/redis/keys.js';
import { RedisScript } from '../platform/redis/script.js';
import {
  AddressCounts,
  LocalAddressCounts,
  type Claim,
  type Standing,
  type StayAway,
  type Urgency,
} from './address-counts.js';
import { KEPT_SLOTS, SLOTS } from './request-window.js';

const TAKE = new RedisScript(new URL('./lua/take-request-place.lua', import.meta.url));
const GIVE_BACK = new RedisScript(new URL('./lua/give-back-places.lua', import.meta.url));
const STAY_AWAY = new RedisScript(new URL('./lua/stay-away.lua', import.meta.url));

const COUNT_ANYWAY = -1;
const ONLY_LOOK = 0;
const URGENCIES: Readonly<Record<Urgency, number>> = { NONE: 0, ACTION: 1, SEND: 2 };
const STAYING_AWAY: Readonly<Record<StayAway, string>> = {
  EVERYBODY: 'everybody',
  ALL_BUT_SENDS: 'reads',
  ALL_BUT_ACTIONS: 'others',
};
/** After it did not answer: a request to an upstream must not wait for Redis each time. */
const LEFT_ALONE_MS = 5_000;

type Answer = [taken: number, used: number, waitMs: number, awayMs: number, slot: number, isEarly: number];

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
    const { windowMs, most, places = 1, urgency } = claim;
    const slotMs = windowMs / SLOTS;
    const answer = await this.asked(() =>
      TAKE.run(
        this.redis,
        [requestBudgetKey(address)],
        [slotMs, KEPT_SLOTS, most ?? COUNT_ANYWAY, URGENCIES[urgency], places],
      ),
    );
    if (answer === null) return this.own.take(address, claim);
    const [taken, used, waitMs, awayMs, slot, isEarly] = answer as Answer;
    if (taken === 1) this.own.add(address, windowMs, places);
    return { taken: taken === 1, used, waitMs, awayMs, takenAt: slot * slotMs, isEarly: isEarly === 1 };
  }

  async giveBack(
    address: string,
    taken: { windowMs: number; takenAt: number; places: number },
  ): Promise<void> {
    const slot = Math.round(taken.takenAt / (taken.windowMs / SLOTS));
    await this.asked(() =>
      GIVE_BACK.run(this.redis, [requestBudgetKey(address)], [slot, KEPT_SLOTS, taken.places]),
    );
  }

  async look(address: string, windowMs: number): Promise<{ used: number; awayMs: number }> {
    const args = [windowMs / SLOTS, KEPT_SLOTS, ONLY_LOOK, URGENCIES.NONE, 1];
    const answer = await this.asked(() => TAKE.run(this.redis, [requestBudgetKey(address)], args));
    if (answer === null) return this.own.look(address, windowMs);
    const [, used, , awayMs] = answer as Answer;
    return { used, awayMs };
  }

  async stayAway(address: string, who: StayAway, forMs: number): Promise<void> {
    await this.own.stayAway(address, who, forMs);
    await this.asked(() =>
      STAY_AWAY.run(this.redis, [requestBudgetKey(address)], [STAYING_AWAY[who], forMs]),
    );
  }

  async comeBack(address: string): Promise<void> {
    await this.own.comeBack(address);
    await this.asked(() => this.redis.hdel(requestBudgetKey(address), STAYING_AWAY.ALL_BUT_ACTIONS));
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
