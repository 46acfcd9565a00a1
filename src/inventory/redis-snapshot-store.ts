import type { Redis } from 'ioredis';
import type { Problem } from '../domain/problem.js';
import { inventoryKey, operationKeys, shardOf } from '../platform/redis/keys.js';

/** What a site held, all of it, at one instant. */
export interface Snapshot<T> {
  takenMs: number;
  value: T;
}

/** The last try that failed, kept until one succeeds. */
export interface FailedTry {
  atMs: number;
  problem: Problem;
}

/** The kinds of snapshots kept of a site. */
export type SnapshotKind = 'connection' | 'protectionGroups' | 'recoveryPlans';

export interface KnownState<T> {
  snapshot: Snapshot<T> | null;
  failure: FailedTry | null;
  /** When the last event of the site's shard was written: a snapshot older than that may be out of date. */
  lastEventMs: number;
}

/** Keeps snapshots in Redis, for all processes. A failed try never replaces a snapshot. */
export class SnapshotStore {
  constructor(private readonly redis: Redis) {}

  async read<T>(siteId: string, kind: SnapshotKind): Promise<KnownState<T>> {
    const [fields, events] = await Promise.all([
      this.redis.hmget(inventoryKey(siteId), kind, `${kind}/failure`),
      this.redis.xrevrange(operationKeys(shardOf(siteId)).events, '+', '-', 'COUNT', 1),
    ]);
    const [snapshot, failure] = fields;
    return {
      snapshot: snapshot ? (JSON.parse(snapshot) as Snapshot<T>) : null,
      failure: failure ? (JSON.parse(failure) as FailedTry) : null,
      lastEventMs: Number(events[0]?.[0].split('-')[0] ?? 0),
    };
  }

  async keep<T>(siteId: string, kind: SnapshotKind, snapshot: Snapshot<T>): Promise<void> {
    const key = inventoryKey(siteId);
    await this.redis.multi().hset(key, kind, JSON.stringify(snapshot)).hdel(key, `${kind}/failure`).exec();
  }

  async noteFailure(siteId: string, kind: SnapshotKind, failure: FailedTry): Promise<void> {
    await this.redis.hset(inventoryKey(siteId), `${kind}/failure`, JSON.stringify(failure));
  }
}
