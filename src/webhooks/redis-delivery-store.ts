import type { Redis } from 'ioredis';
import { RedisScript } from '../platform/redis/script.js';
import { deliveriesFrom, placeInLine, type Delivery, type DeliveryState } from './delivery.js';
import { UNTRIED, type EndpointHealth } from './endpoint-health.js';
import { keysOf, type KnownWebhook } from './redis-webhook-store.js';

const TAKE = new RedisScript(new URL('./lua/take-deliveries.lua', import.meta.url));
const CLAIM = new RedisScript(new URL('./lua/claim-delivery.lua', import.meta.url));
const SETTLE = new RedisScript(new URL('./lua/settle-delivery.lua', import.meta.url));
const REQUEUE = new RedisScript(new URL('./lua/requeue-delivery.lua', import.meta.url));

/** Bounds of what is kept for one webhook. */
export interface DeliveryBounds {
  /** More must not wait. */
  mostWaiting: number;
  /** Of those that were taken, and of those that were given up; … */
  keptCount: number;
  /** … of all webhooks of a shard together: with many of them, each has a smaller part, though 20 at the least. */
  keptInShard: number;
  keptMs: number;
}

export const DELIVERY_BOUNDS: DeliveryBounds = {
  mostWaiting: 20_000,
  keptCount: 1_000,
  keptInShard: 5_000,
  keptMs: 30 * 24 * 3_600_000,
};

/** Notices find room behind a line that is full. */
const NOTICES_MORE = 100;
/**
 * So much later than its own time, the place of an event in its stream says whether it was taken: before, a server that
 * took over may have given it a lower one. Until then its delivery is remembered, for a batch that is told again.
 */
const LONG_TAKEN_MS = 120_000;

/** A delivery with the place of its event in the stream of a shard. */
export interface Placed {
  delivery: Delivery;
  offset: string;
}

export interface Claim {
  delivery: Delivery;
  /** Whose it is. */
  mark: string;
}

export type Settled = 'SETTLED' | 'LOST' | 'ABSENT';

/** The line of deliveries of each webhook, and the log of what came of them. */
export class DeliveryStore {
  constructor(
    private readonly redis: Redis,
    readonly bounds: DeliveryBounds = DELIVERY_BOUNDS,
  ) {}

  /**
   * Puts them in line, in their order; those that are known stay as they are.
   * @param shard of the stream that the offsets are of; null = they come from none
   * @returns FULL: too many wait already, and none was taken
   */
  async take(
    webhookId: string,
    placed: readonly Placed[],
    shard: number | null,
    nowMs: number,
  ): Promise<'TAKEN' | 'ABSENT' | 'FULL'> {
    const keys = keysOf(webhookId);
    const each = placed.flatMap(({ delivery, offset }) => {
      const [ms = '0', count = '0'] = offset.split('-');
      const isOld = shard !== null && nowMs - Date.parse(delivery.eventTime) > LONG_TAKEN_MS;
      const { id, chain } = delivery;
      return [id, chain, placeInLine(delivery), JSON.stringify(delivery), ms, count, isOld ? '1' : '0'];
    });
    const lines = [keys.deliveries, keys.waiting, keys.due, keys.log('WAITING'), keys.taken];
    const most = this.bounds.mostWaiting + (shard === null ? NOTICES_MORE : 0);
    const args = [webhookId, nowMs, most, shard ?? '', ...each];
    return (await TAKE.run(this.redis, [keys.webhooks, ...lines, keys.waitingBytes], args)) as
      'TAKEN' | 'ABSENT' | 'FULL';
  }

  /**
   * The delivery that has been due longest, for the caller alone until then; or CHANGED: the webhook is another one by now.
   * @param chain only of this one
   */
  async claim(
    { webhook, text }: KnownWebhook,
    { mark, nowMs, untilMs }: { mark: string; nowMs: number; untilMs: number },
    chain = '',
  ): Promise<Claim | 'NONE' | 'CHANGED'> {
    const keys = keysOf(webhook.id);
    const [word, record = ''] = (await CLAIM.run(
      this.redis,
      [keys.webhooks, keys.deliveries, keys.waiting, keys.due, keys.claims],
      [webhook.id, text, nowMs, untilMs, mark, chain],
    )) as ['CLAIMED' | 'NONE' | 'CHANGED', string?];
    return word === 'CLAIMED' ? { delivery: JSON.parse(record) as Delivery, mark } : word;
  }

  /**
   * Writes what came of what was claimed.
   * @param dueMs when it is due again, if it goes on waiting
   * @param health null = the endpoint was not asked
   */
  async settle(
    { delivery: { chain, webhookId }, mark }: Claim,
    after: Delivery,
    { dueMs, health, nowMs }: { dueMs: number | null; health: EndpointHealth | null; nowMs: number },
  ): Promise<Settled> {
    const keys = keysOf(webhookId);
    const oldest = deliveriesFrom(nowMs - this.bounds.keptMs);
    return (await SETTLE.run(
      this.redis,
      [
        ...[keys.webhooks, keys.deliveries, keys.waiting, keys.due, keys.claims, keys.health],
        ...[keys.log('WAITING'), keys.log('DELIVERED'), keys.log('FAILED'), keys.waitingBytes],
      ],
      [
        ...[webhookId, chain, mark, after.id, placeInLine(after), JSON.stringify(after), after.state],
        ...[dueMs ?? '', nowMs, health ? JSON.stringify(health) : '', this.bounds.keptCount, oldest],
        ...[this.bounds.keptInShard, deliveriesFrom(nowMs - LONG_TAKEN_MS)],
      ],
    )) as Settled;
  }

  /** False = it was changed meanwhile, or is gone. */
  async requeue(before: Delivery, after: Delivery, nowMs: number): Promise<boolean> {
    const keys = keysOf(after.webhookId);
    const lines = [keys.deliveries, keys.waiting, keys.due, keys.log('WAITING'), keys.log('DELIVERED')];
    const records = [JSON.stringify(before), JSON.stringify(after)];
    const answer = await REQUEUE.run(
      this.redis,
      [keys.webhooks, ...lines, keys.log('FAILED'), keys.waitingBytes],
      [after.webhookId, after.id, ...records, after.chain, placeInLine(after), nowMs],
    );
    return answer === 'QUEUED';
  }

  /** When the next chain is due, epoch milliseconds; null = nothing waits. */
  async nextDueMs(webhookId: string): Promise<number | null> {
    const { due } = keysOf(webhookId);
    const [chain] = await this.redis.zrange(due, '0', '0');
    // Gone meanwhile: whoever asks looks again.
    return chain === undefined ? null : Number((await this.redis.zscore(due, chain)) ?? 0);
  }

  /** Chains that are due, longest first. */
  dueChains(webhookId: string, nowMs: number, most: number): Promise<string[]> {
    return this.redis.zrangebyscore(keysOf(webhookId).due, '-inf', nowMs, 'LIMIT', 0, most);
  }

  /** A chain that waits for its time, and nobody is busy with, is due now. */
  async hasten(webhookId: string, chain: string, nowMs: number): Promise<void> {
    const { due, claims } = keysOf(webhookId);
    if ((await this.redis.hexists(claims, chain)) === 0) await this.redis.zadd(due, 'XX', nowMs, chain);
  }

  async health(webhookId: string): Promise<EndpointHealth> {
    const text = await this.redis.hget(keysOf(webhookId).health, webhookId);
    return text === null ? UNTRIED : (JSON.parse(text) as EndpointHealth);
  }

  async keepHealth(webhookId: string, health: EndpointHealth): Promise<void> {
    await this.redis.hset(keysOf(webhookId).health, webhookId, JSON.stringify(health));
  }

  async find(webhookId: string, id: string): Promise<Delivery | null> {
    const text = await this.redis.hget(keysOf(webhookId).deliveries, id);
    return text === null ? null : (JSON.parse(text) as Delivery);
  }

  /** The newest first. @param after an id: only what is older */
  async list(
    webhookId: string,
    states: readonly DeliveryState[],
    after: string | null,
    count: number,
  ): Promise<Delivery[]> {
    const keys = keysOf(webhookId);
    const below = after === null ? '+' : `(${after}`;
    const logs = await Promise.all(
      states.map((state) => this.redis.zrevrangebylex(keys.log(state), below, '-', 'LIMIT', 0, count)),
    );
    // One that was settled between two of these reads is in both.
    const ids = [...new Set(logs.flat())].sort().reverse().slice(0, count);
    if (ids.length === 0) return [];
    const texts = await this.redis.hmget(keys.deliveries, ...ids);
    return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as Delivery]));
  }
}
