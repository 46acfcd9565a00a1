import type { Redis } from 'ioredis';

/** Whether entries of a stream that is there have gone. */
export async function isTrimmed(redis: Redis, key: string): Promise<boolean> {
  const facts = (await redis.xinfo('STREAM', key)) as unknown[] | Record<string, unknown>;
  const value = (name: string): unknown =>
    Array.isArray(facts) ? facts[facts.indexOf(name) + 1] : facts[name];
  return Number(value('entries-added')) > Number(value('length'));
}
