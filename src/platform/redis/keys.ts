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
    /** string: id of the operation that held the group last; no time to live */
    lastHolder: (groupId: string) => `${prefix}:held:${groupId}`,
    /** hash: id, fingerprint */
    idempotency: (keyHash: string) => `${prefix}:idem:${keyHash}`,
    /** string: the token of the store's guard; a promise that was begun under another one is refused */
    guard: `${prefix}:guard`,
    /** string: written after whatever has to be safe, so that WAIT speaks for all that came before */
    durable: `${prefix}:durable`,
    /** sorted set of operation ids by creation time */
    index: (name: string, value = '') => `${prefix}:ops:${name}${value === '' ? '' : `:${value}`}`,
  };
}

export function siteModelKeys(siteId: string) {
  const prefix = `${shardPrefix(shardOf(siteId))}:site:${siteId}`;
  return {
    /**
     * hash: w = id of the last write, v = version, m = what the site holds as JSON, t = when each list was looked at;
     * f = the last failure, d = an answer that is not believed yet, p = a look that was put off, o = single things that
     * are odd, c = the connection; tv, told = what was told of, ta = when it was last still so
     */
    model: `${prefix}:model`,
    /** string: who is looking at the site; with a time to live */
    look: `${prefix}:look`,
    /** hash: digest of a question → the last good answer to it, as JSON; '' = the bytes of them all; with a time to live */
    answers: `${prefix}:answers`,
    /** sorted set: the digests by when their answers are of no use any more, milliseconds; with a time to live */
    answersUntil: `${prefix}:answers-until`,
  };
}

export function siteFindingKeys(siteId: string) {
  const prefix = `${shardPrefix(shardOf(siteId))}:site:${siteId}`;
  return {
    /** hash: v = id of the last write that changed anything, at = when each part was seen; a field per part as JSON; tried = last inspection */
    findings: `${prefix}:findings`,
    /** hash: id of the drill → what is kept of it as JSON */
    drills: `${prefix}:drills`,
    /** hash: id of the drill → a due time that somebody set, as JSON */
    drillDues: `${prefix}:drill-dues`,
  };
}

export function siteMemoryKey(siteId: string): string {
  return `${shardPrefix(shardOf(siteId))}:memory:${siteId}`;
}

/** hash: what is asked of one address, and until when it is left alone; of all sites and processes that ask it */
export function requestBudgetKey(address: string): string {
  return `${shardPrefix(shardOf(address))}:budget:${address}`;
}

/** What the processes know together of the store they work with; in one slot of their own. */
export const GUARD_KEYS = {
  /** hash: token, identity, phase, reason, since, opened, differed, loss */
  board: 'drg:{guard}:board',
  /** hash: of every process and journal, when it was seen last, and which token it has compared itself with, how far */
  roll: 'drg:{guard}:roll',
  /** set: operations of which a journal knows that they were not sent */
  vouched: 'drg:{guard}:vouched',
  /** hash: site → when the last look began that was had at it after a loss, milliseconds */
  sites: 'drg:{guard}:sites',
  /** list: what differed between the journals and the store, newest first, as JSON; trimmed */
  differences: 'drg:{guard}:differences',
};

/** Written and read back by the readiness check. */
export const READINESS_KEY = 'drg:readiness';

/** string: the mark of the last canary that was answered in a queue of a shard; with a time to live */
export function canaryKey(place: string): string {
  return `drg:{pulse}:canary:${place}`;
}
