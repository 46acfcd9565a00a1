import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ChainableCommander, Redis } from 'ioredis';

/** One Lua script: sent by its digest, with its text when the server does not know it yet. */
export class RedisScript {
  private readonly text: string;
  private readonly digest: string;

  constructor(file: URL) {
    this.text = readFileSync(file, 'utf8');
    this.digest = createHash('sha1').update(this.text).digest('hex');
  }

  async run(
    redis: Redis,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
  ): Promise<unknown> {
    try {
      return await redis.evalsha(this.digest, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return redis.eval(this.text, keys.length, ...keys, ...args);
    }
  }

  /** Adds it to a pipeline. Its answer there may be `isUnknownScript`: then it is added again, with its text. */
  queue(
    pipeline: ChainableCommander,
    keys: readonly string[],
    args: readonly (string | number)[],
    withText = false,
  ): ChainableCommander {
    return withText
      ? pipeline.eval(this.text, keys.length, ...keys, ...args)
      : pipeline.evalsha(this.digest, keys.length, ...keys, ...args);
  }
}

export function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}
