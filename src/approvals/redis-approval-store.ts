import type { Redis } from 'ioredis';
import type { Approval } from '../domain/access/approval.js';
import { APPROVAL_KEYS as KEYS } from '../platform/redis/keys.js';
import { RedisScript } from '../platform/redis/script.js';
import { replaceRecord } from './redis-records.js';

const ASK = new RedisScript(new URL('./lua/ask-approval.lua', import.meta.url));

/** To be read by whoever wonders afterwards; the audit keeps the decisions for good. */
const KEPT_MS = 7 * 24 * 3_600_000;
const MOST_KEPT = 5_000;

/** Keeps what was asked of a second person, and what came of it. */
export class ApprovalStore {
  /** @param mostKept within the days for which they are kept */
  constructor(
    private readonly redis: Redis,
    private readonly mostKept = MOST_KEPT,
  ) {}

  /** The one that is there for this key, or this one. null = there are too many. */
  async ask(approval: Approval): Promise<Approval | null> {
    const now = Date.parse(approval.requestedTime);
    const [answer, record] = (await ASK.run(
      this.redis,
      [KEYS.approvals, KEYS.times, KEYS.claims],
      [approval.id, JSON.stringify(approval), now, approval.keyHash, now - KEPT_MS, this.mostKept],
    )) as [string, string?];
    return answer === 'FULL' || record === undefined ? null : read(record);
  }

  async find(id: string): Promise<Approval | null> {
    const text = await this.redis.hget(KEYS.approvals, id);
    return text === null ? null : read(text);
  }

  async ofKey(keyHash: string): Promise<Approval | null> {
    const id = await this.redis.hget(KEYS.claims, keyHash);
    return id === null ? null : this.find(id);
  }

  /** Newest first. */
  async all(): Promise<Approval[]> {
    const all = (await this.redis.hvals(KEYS.approvals)).map(read);
    return all.sort((a, b) =>
      a.requestedTime < b.requestedTime || (a.requestedTime === b.requestedTime && a.id < b.id) ? 1 : -1,
    );
  }

  /**
   * Writes what `change` makes of it, however many write at the same time.
   * @param change null = it stays as it is
   * @returns what was written; null = nothing was
   */
  change(id: string, change: (approval: Approval) => Approval | null): Promise<Approval | null> {
    return replaceRecord(this.redis, KEYS.approvals, id, change);
  }
}

function read(text: string): Approval {
  return JSON.parse(text) as Approval;
}
