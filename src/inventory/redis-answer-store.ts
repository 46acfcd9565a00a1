import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { siteModelKeys } from '../platform/redis/keys.js';

/** The last good answer to one read, and when the read began. */
export interface KeptAnswer<T> {
  takenMs: number;
  value: T;
}

/** As long as nobody asks again. */
const KEPT_MS = 24 * 3_600_000;
/** What is larger is not kept: it would cost more than it saves. */
const LARGEST = 4 * 1024 * 1024;

/** Keeps answers of single reads in Redis, for all processes. */
export class AnswerStore {
  constructor(private readonly redis: Redis) {}

  async find<T>(siteId: string, question: string): Promise<KeptAnswer<T> | null> {
    const text = await this.redis.get(keyOf(siteId, question));
    return text === null ? null : (JSON.parse(text) as KeptAnswer<T>);
  }

  async keep<T>(siteId: string, question: string, answer: KeptAnswer<T>): Promise<void> {
    const text = JSON.stringify(answer);
    if (text.length > LARGEST) await this.forget(siteId, question);
    else await this.redis.set(keyOf(siteId, question), text, 'PX', KEPT_MS);
  }

  async forget(siteId: string, question: string): Promise<void> {
    await this.redis.del(keyOf(siteId, question));
  }
}

function keyOf(siteId: string, question: string): string {
  return siteModelKeys(siteId).read(createHash('sha1').update(question).digest('base64url'));
}
