import type { Redis } from 'ioredis';
import { eventuallyTrue } from './eventually.js';

/** Longer than a look at a simulated site takes; who was killed in the middle of one is not waited for. */
const PATIENCE_MS = 2_000;

/**
 * No look at a site is under way, nor what is concluded from one: nothing that was seen of one world is written into
 * the next.
 */
export async function untilNobodyLooks(redis: Redis): Promise<void> {
  const nobody = async (): Promise<boolean> => {
    const found = await Promise.all([redis.keys('drg:*:look'), redis.keys('drg:*:refreshes:active')]);
    return found.flat().length === 0;
  };
  await eventuallyTrue('nobody looks at a site', nobody, PATIENCE_MS).catch(() => undefined);
}
