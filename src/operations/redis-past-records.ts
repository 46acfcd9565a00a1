import type { Redis } from 'ioredis';
import { v7 as uuidv7 } from 'uuid';
import { eventOf } from '../domain/operation-event.js';
import type { Operation } from '../domain/operation.js';
import { operationKeys, shardOf, sitePastKey } from '../platform/redis/keys.js';
import { RedisScript } from '../platform/redis/script.js';
import { StoreGuardedError, type StoreGuard } from './guard/store-guard.js';
import { SHARD_EVENTS_KEPT } from './kept-events.js';
import { indexesOf } from './operation-indexes.js';
import { PastRecords, type PastProgress } from './past-records.js';

const IMPORT = new RedisScript(new URL('./lua/import-operation.lua', import.meta.url));

export class RedisPastRecords extends PastRecords {
  constructor(
    private readonly redis: Redis,
    private readonly guard: StoreGuard,
  ) {
    super();
  }

  async progress(siteId: string): Promise<PastProgress | null> {
    const kept = await this.redis.hgetall(sitePastKey(siteId));
    return kept.until === undefined ? null : progressOf(kept);
  }

  async begin(siteId: string, untilMs: number, fromMs: number): Promise<PastProgress> {
    const key = sitePastKey(siteId);
    await this.redis
      .multi()
      .hset(key, { until: untilMs, from: fromMs, next: '', pages: 0, leftOut: 0 })
      .hdel(key, 'oldest', 'finished')
      .exec();
    return progressOf(await this.redis.hgetall(key));
  }

  async record(operation: Operation, text: string, now: string): Promise<boolean> {
    const { id, siteId, createdTime } = operation;
    const { token } = this.guard.pass();
    const keys = operationKeys(shardOf(siteId));
    const answer = await IMPORT.run(
      this.redis,
      [
        keys.operation(id),
        keys.operationEvents(id),
        keys.events,
        keys.guard,
        sitePastKey(siteId),
        ...indexesOf(operation).map(([name, value]) => keys.index(name, value)),
      ],
      [
        id,
        JSON.stringify(operation),
        JSON.stringify(eventOf(operation, 'operation.imported', text, now)),
        Date.parse(createdTime),
        uuidv7(),
        SHARD_EVENTS_KEPT,
        token,
      ],
    );
    if (answer !== 'GUARDED') return answer === 'RECORDED';
    this.guard.refused();
    throw new StoreGuardedError('The store has changed since the guard was asked.');
  }

  async noteProgress(
    siteId: string,
    {
      next,
      pages,
      oldestMs,
      leftOut,
      finishedMs,
    }: Pick<PastProgress, 'next' | 'pages' | 'oldestMs' | 'leftOut' | 'finishedMs'>,
  ): Promise<void> {
    const key = sitePastKey(siteId);
    await this.redis
      .multi()
      .hset(key, {
        next: next ?? '',
        pages,
        leftOut,
        ...(oldestMs === null ? {} : { oldest: oldestMs }),
        ...(finishedMs === null ? {} : { finished: finishedMs }),
      })
      .hdel(key, 'trouble', 'failures', 'notBefore')
      .exec();
  }

  async noteTrouble(siteId: string, trouble: string, notBeforeMs: number): Promise<void> {
    const key = sitePastKey(siteId);
    await this.redis
      .multi()
      .hset(key, { trouble, notBefore: notBeforeMs })
      .hincrby(key, 'failures', 1)
      .exec();
  }
}

function progressOf(kept: Record<string, string>): PastProgress {
  const number = (name: string): number => Number(kept[name] ?? 0);
  const numberOrNull = (name: string): number | null =>
    kept[name] === undefined ? null : Number(kept[name]);
  return {
    fromMs: number('from'),
    untilMs: number('until'),
    next: kept.next || null,
    pages: number('pages'),
    imported: number('imported'),
    leftOut: number('leftOut'),
    oldestMs: numberOrNull('oldest'),
    finishedMs: numberOrNull('finished'),
    trouble: kept.trouble ?? null,
    failures: number('failures'),
    notBeforeMs: number('notBefore'),
  };
}
