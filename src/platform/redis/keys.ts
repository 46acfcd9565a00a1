import { createHash } from 'node:crypto';

/**
 * Every key name in one place. A site belongs to one of a fixed number of shards; all keys of a shard carry
 * the same `{hash tag}`, so that each script stays in one slot of a Redis Cluster, BullMQ's among them.
 */
export const SHARD_COUNT = 8;
export const SHARDS: readonly number[] = Array.from({ length: SHARD_COUNT }, (_, i) => i);

export function shardOf(siteId: string): number {
  return createHash('sha256').update(siteId).digest().readUInt32BE(0) % SHARD_COUNT;
}

/** The prefix of everything in a shard; also BullMQ's. */
export function shardPrefix(shard: number): string {
  return `drg:{s${shard}}`;
}

export function operationKeys(shard: number) {
  const prefix = shardPrefix(shard);
  return {
    /** hash: v = version, w = id of the last write, r = the record as JSON */
    operation: (id: string) => `${prefix}:op:${id}`,
    /** stream of the operation's events, with the ids they have in the shard's stream */
    operationEvents: (id: string) => `${prefix}:op:${id}:events`,
    /** stream of all events of the shard, trimmed */
    events: `${prefix}:events`,
    /** sorted set of unfinished operations by creation time */
    open: `${prefix}:open`,
    /** string: id of the operation that holds the group; no time to live */
    lock: (groupId: string) => `${prefix}:lock:${groupId}`,
    /** hash: id, fingerprint */
    idempotency: (keyHash: string) => `${prefix}:idem:${keyHash}`,
    /** sorted set of operation ids by creation time */
    index: (name: string, value = '') => `${prefix}:ops:${name}${value === '' ? '' : `:${value}`}`,
  };
}

export function inventoryKey(siteId: string): string {
  return `${shardPrefix(shardOf(siteId))}:inventory:${siteId}`;
}

export function siteMemoryKey(siteId: string): string {
  return `${shardPrefix(shardOf(siteId))}:memory:${siteId}`;
}

/** Written and read back by the readiness check. */
export const READINESS_KEY = 'drg:readiness';
