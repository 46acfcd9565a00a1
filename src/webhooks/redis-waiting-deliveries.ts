import type { Redis } from 'ioredis';
import { RedisScript } from '../platform/redis/script.js';
import { deliveriesFrom } from './delivery.js';
import { keysOf } from './redis-webhook-store.js';

const DROP = new RedisScript(new URL('./lua/drop-deliveries.lua', import.meta.url));
const NOTE_TOLD = new RedisScript(new URL('./lua/note-dropped-told.lua', import.meta.url));

const LOOKED_AT_ONCE = 200;

/** What waits for one webhook. */
export interface WaitingLine {
  count: number;
  bytes: number;
}

/** What waited for one webhook and was dropped. */
export interface DroppedDeliveries {
  /** Ever. */
  total: number;
  /** How many of them its endpoint was not told of yet, … */
  untold: number;
  /** … and the times of the first and of the last event among those that were dropped last. */
  fromTime: string | null;
  untilTime: string | null;
}

/** What may wait at the most; absent = whatever. */
export interface LineLimits {
  count?: number;
  bytes?: number;
  /** No event of before, epoch milliseconds. */
  sinceMs?: number;
}

/** How much waits for each webhook, and what of it was dropped so that it does not fill the store. */
export class WaitingDeliveries {
  constructor(private readonly redis: Redis) {}

  async of(webhookId: string): Promise<WaitingLine> {
    const { waiting, waitingBytes } = keysOf(webhookId);
    const [count, bytes] = await Promise.all([this.redis.zcard(waiting), this.redis.get(waitingBytes)]);
    return { count, bytes: Number(bytes ?? 0) };
  }

  /** Drops the oldest until no more waits than may, except for what is being sent just now. Answers how many. */
  async drop(webhookId: string, nowMs: number, { count, bytes, sinceMs = 0 }: LineLimits): Promise<number> {
    const keys = keysOf(webhookId);
    const lines = [keys.deliveries, keys.waiting, keys.due, keys.claims, keys.log('WAITING')];
    const most = [count ?? Number.MAX_SAFE_INTEGER, bytes ?? Number.MAX_SAFE_INTEGER];
    let sum = 0;
    for (;;) {
      const [dropped, isOver] = (await DROP.run(
        this.redis,
        [keys.webhooks, ...lines, keys.waitingBytes, keys.dropped],
        [webhookId, nowMs, ...most, deliveriesFrom(sinceMs), LOOKED_AT_ONCE],
      )) as [number, number];
      sum += dropped;
      if (isOver === 0 || dropped === 0) return sum;
    }
  }

  async dropped(webhookId: string): Promise<DroppedDeliveries> {
    const names = ['total', 'told', 'fromTime', 'untilTime'] as const;
    const [total, told, fromTime = null, untilTime = null] = await this.redis.hmget(
      keysOf(webhookId).dropped,
      ...names,
    );
    return { total: Number(total ?? 0), untold: Number(total ?? 0) - Number(told ?? 0), fromTime, untilTime };
  }

  /** @param total how many were dropped when it was told */
  async noteTold(webhookId: string, total: number): Promise<void> {
    const { webhooks, dropped } = keysOf(webhookId);
    await NOTE_TOLD.run(this.redis, [webhooks, dropped], [webhookId, total]);
  }
}
