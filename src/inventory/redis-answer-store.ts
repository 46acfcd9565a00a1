import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { siteModelKeys } from '../platform/redis/keys.js';
import { RedisScript } from '../platform/redis/script.js';

const KEEP = new RedisScript(new URL('./lua/keep-answer.lua', import.meta.url));

/** The last good answer to one read. */
export interface KeptAnswer<T> {
  /** When the read began, milliseconds, … */
  takenMs: number;
  /** … and when the answer is of no use any more. */
  untilMs: number;
  value: T;
}

/** As long as nobody asks again. */
export const KEPT_MS = 24 * 3_600_000;
/** What is larger is not kept: it would cost more than it saves. */
const LARGEST = 2 * 1024 * 1024;
/** Of all answers of one site: what clients ask never fills the store that operations live in. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Keeps answers of single reads in Redis, for all processes; at most so many bytes of each site. */
export class AnswerStore {
  constructor(
    private readonly redis: Redis,
    private readonly mostBytes = MOST_BYTES,
  ) {}

  async find<T>(siteId: string, question: string): Promise<KeptAnswer<T> | null> {
    const text = await this.redis.hget(siteModelKeys(siteId).answers, digestOf(question));
    return text === null ? null : (JSON.parse(text) as KeptAnswer<T>);
  }

  async keep<T>(siteId: string, question: string, answer: KeptAnswer<T>): Promise<void> {
    const text = JSON.stringify(answer);
    const isTooLarge = Buffer.byteLength(text) > Math.min(LARGEST, this.mostBytes);
    await this.write(siteId, question, isTooLarge ? '' : text, answer);
  }

  async forget(siteId: string, question: string): Promise<void> {
    await this.write(siteId, question, '', { takenMs: 0, untilMs: 0 });
  }

  private async write(
    siteId: string,
    question: string,
    text: string,
    { takenMs, untilMs }: Omit<KeptAnswer<unknown>, 'value'>,
  ): Promise<void> {
    const { answers, answersUntil } = siteModelKeys(siteId);
    const args = [digestOf(question), text, untilMs, takenMs, this.mostBytes, KEPT_MS];
    await KEEP.run(this.redis, [answers, answersUntil], args);
  }
}

function digestOf(question: string): string {
  return createHash('sha1').update(question).digest('base64url');
}
