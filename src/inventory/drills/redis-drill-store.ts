import type { Redis } from 'ioredis';
import type { DrillRecord } from '../../domain/drill.js';
import { siteFindingKeys } from '../../platform/redis/keys.js';
import type { MovedDue } from './drill-view.js';

/** Keeps drills, also for a while after they ended. Written by the refresh job of the site, but for due times. */
export class DrillStore {
  constructor(private readonly redis: Redis) {}

  async records(siteId: string): Promise<Map<string, DrillRecord>> {
    return parsed<DrillRecord>(await this.redis.hgetall(siteFindingKeys(siteId).drills));
  }

  async keep(siteId: string, changed: readonly DrillRecord[], forgotten: readonly string[]): Promise<void> {
    if (changed.length + forgotten.length === 0) return;
    const { drills, drillDues } = siteFindingKeys(siteId);
    const write = this.redis.multi();
    for (const record of changed) write.hset(drills, record.drill.id, JSON.stringify(record));
    if (forgotten.length > 0) write.hdel(drills, ...forgotten).hdel(drillDues, ...forgotten);
    await write.exec();
  }

  /** By whoever asks the gateway, at any time: kept apart from the records, so that neither overwrites the other. */
  async moveDue(siteId: string, drillId: string, due: MovedDue): Promise<void> {
    await this.redis.hset(siteFindingKeys(siteId).drillDues, drillId, JSON.stringify(due));
  }

  async dues(siteId: string): Promise<Map<string, MovedDue>> {
    return parsed<MovedDue>(await this.redis.hgetall(siteFindingKeys(siteId).drillDues));
  }
}

function parsed<T>(hash: Readonly<Record<string, string>>): Map<string, T> {
  return new Map(Object.entries(hash).map(([id, text]) => [id, JSON.parse(text) as T]));
}
