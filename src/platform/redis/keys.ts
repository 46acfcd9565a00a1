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
    /**
     * hash: v = version, w = id of the last write, r = the record as JSON, k = its idempotency key, absent without one; once it
     * has ended, e = its events and key, packed, instead of k and the stream of its own */
    operation: (id: string) => `${prefix}:op:${id}`,
    /** stream of the operation's events, with the ids they have in the shard's stream; until it is folded into the record */
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

/** hash: site → when its unfinished operations were last looked at, milliseconds */
export function watchedKey(shard: number): string {
  return `${shardPrefix(shard)}:watched`;
}

/** hash: at = offset of the last event of the shard that a consumer has handled; by, until = whose turn it is to tell it */
export function consumerKey(shard: number, name: string): string {
  return `${shardPrefix(shard)}:consumer:${name}`;
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

/** What operations come to, per shard; a generation is counted anew from the records, beside the one that is read. */
export function statisticsKeys(shard: number) {
  const prefix = `${shardPrefix(shard)}:stats`;
  return {
    /**
     * hash: generation; position = offset of the last event of the shard that is counted; wanted = why it is to be counted
     * anew; draft = the generation that somebody counts; retry = when to count anew what lacks something
     */
    head: prefix,
    /** string: somebody counts anew; with a time to live */
    counting: `${prefix}:counting`,
    /** hash like the head, of a generation that is being counted */
    draft: (generation: string) => `${prefix}:${generation}:draft`,
    /** sorted set, by name: the sites that have statistics */
    sites: (generation: string) => `${prefix}:${generation}:sites`,
    /** sorted set, by name: the groups and plans of a site that have statistics */
    targets: (generation: string, siteId: string) => `${prefix}:${generation}:targets:${siteId}`,
    /** hash: month and action → what they come to, as JSON; of a site, or of a group or plan of it */
    table: (generation: string, siteId: string, targetId: string | null) =>
      `${prefix}:${generation}:table:${siteId}${targetId === null ? '' : `:${targetId}`}`,
  };
}

/**
 * hash: what was taken over from the site's own history. from, until = the span, milliseconds; next = where to go on;
 * pages, imported, leftOut = counts; oldest = when the oldest run began; finished = when it was done; trouble, failures,
 * notBefore = why it did not go on
 */
export function sitePastKey(siteId: string): string {
  return `${shardPrefix(shardOf(siteId))}:past:${siteId}`;
}

export function siteMemoryKey(siteId: string): string {
  return `${shardPrefix(shardOf(siteId))}:memory:${siteId}`;
}

/** hash: what is asked of one address, and until when it is left alone; of all sites and processes that ask it */
export function requestBudgetKey(address: string): string {
  return `${shardPrefix(shardOf(address))}:budget:${address}`;
}

/** API keys: few, and read together; in one slot, so that what is read is of one moment. */
export const API_KEY_KEYS = {
  /** hash: id → the key as JSON, with the hashes of its secrets */
  keys: `${shardPrefix(0)}:api-keys`,
  /** hash: id → when it was used last, milliseconds */
  uses: `${shardPrefix(0)}:api-key-uses`,
  /** string: another one after every change of any key */
  version: `${shardPrefix(0)}:api-keys-version`,
};

/** string: another one after every change of any webhook */
export const WEBHOOKS_VERSION_KEY = `${shardPrefix(0)}:webhooks-version`;

/** What is told to webhooks; a webhook and its deliveries are in the shard of its own id. */
export function webhookKeys(shard: number) {
  const prefix = shardPrefix(shard);
  const ofOne = (id: string) => {
    const own = `${prefix}:webhook:${id}`;
    return {
      /** hash: delivery id → the delivery as JSON */
      deliveries: `${own}:deliveries`,
      /** sorted set, by name: chain|sequence|delivery id of those that wait */
      waiting: `${own}:waiting`,
      /** sorted set: chain → when its first delivery is due, or is taken from whoever has claimed it, milliseconds */
      due: `${own}:due`,
      /** hash: chain → mark of whoever is busy with its first delivery */
      claims: `${own}:claims`,
      /** hash: shard → the last offset of its stream that was put in line */
      taken: `${own}:taken`,
      /** string: bytes of the deliveries that wait */
      waitingBytes: `${own}:waiting-bytes`,
      /** hash: total and told, how many were dropped ever and until the last notice; fromTime, untilTime, of the events since */
      dropped: `${own}:dropped`,
      /** sorted set, by name: ids of the deliveries in this state */
      log: (state: 'WAITING' | 'DELIVERED' | 'FAILED') => `${own}:log:${state}`,
    };
  };
  return {
    /** hash: webhook id → the webhook as JSON, its secrets among it */
    webhooks: `${prefix}:webhooks`,
    /** hash: webhook id → how its endpoint behaves, as JSON */
    health: `${prefix}:webhook-health`,
    ofOne,
    /** All that a webhook has of its own. */
    ofWebhook: (id: string): string[] => {
      const { log, ...own } = ofOne(id);
      return [...Object.values(own), log('WAITING'), log('DELIVERED'), log('FAILED')];
    },
  };
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

/**
 * Strings, each with a time to live: when a process was last content with this part of the store, milliseconds. One in every slot
 * whose master may come back with old data by itself.
 */
export function guardNoteKeys(processId: string): { ofShards: readonly string[]; ofGuard: string } {
  return {
    ofShards: SHARDS.map((shard) => `${shardPrefix(shard)}:guard-note:${processId}`),
    ofGuard: `drg:{guard}:note:${processId}`,
  };
}

/** Which operations have left the store, and who moves them; in one slot of their own. */
export const HISTORY_KEYS = {
  /** hash: name of a segment → what it holds, as JSON; the files themselves say the same */
  segments: 'drg:{history}:segments',
  /** string: another number after each change of the segments; absent = nobody has told of them yet */
  version: 'drg:{history}:version',
  /** string: who moves operations to segments; with a time to live */
  lease: 'drg:{history}:lease',
  /** string: written after the note of a segment, so that WAIT speaks for it */
  durable: 'drg:{history}:durable',
};

/** Who let what happen, and how much of it; in one slot of their own. */
export const APPROVAL_KEYS = {
  /** hash: id → the approval as JSON */
  approvals: 'drg:{approvals}:approvals',
  /** sorted set: ids of approvals by when they were asked for, milliseconds */
  times: 'drg:{approvals}:times',
  /** hash: who asked with which idempotency key, as SHA-256 → id of the approval */
  claims: 'drg:{approvals}:claims',
  /** hash: id → the declared emergency as JSON */
  emergencies: 'drg:{approvals}:emergencies',
  /** sorted set: what a principal began of late, by when, milliseconds; with a time to live */
  pace: (kind: string, principalId: string) =>
    `drg:{approvals}:pace:${kind}:${createHash('sha256').update(principalId).digest('hex')}`,
};

/** Beginnings of keys, one of each slot of a Redis Cluster that has keys of ours. */
export const HASH_TAGS: readonly string[] = [
  ...SHARDS.map(shardPrefix),
  'drg:{guard}',
  'drg:{pulse}',
  'drg:{history}',
  'drg:{approvals}',
];

/** string: written and read back by the readiness check; with a time to live */
export function readinessKey(hashTag: string): string {
  return `${hashTag}:readiness`;
}

/** string: the mark of the last canary that was answered in a queue of a shard; with a time to live */
export function canaryKey(place: string): string {
  return `drg:{pulse}:canary:${place}`;
}
