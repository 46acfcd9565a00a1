import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

/** One Lua script: sent by its digest, with its text when the server does not know it yet. */
export class RedisScript {
  private readonly text: string;
  private readonly digest: string;

  constructor(file: URL) {
    this.text = readFileSync(file, 'utf8');
    this.digest = createHash('sha1').update(this.text).digest('hex');
  }

  async run(redis: Redis, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.digest, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return redis.eval(this.text, keys.length, ...keys, ...args);
    }
  }
}
