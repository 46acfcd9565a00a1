import type { Redis } from 'ioredis';
import { storesOf } from './stores.js';

/** It must be noeviction on every server: the first one that is not; null = none of them lets us look. */
export async function evictionPolicy(redis: Redis): Promise<string | null> {
  const policies = await Promise.all(storesOf(redis).map(({ connection }) => policyOf(connection)));
  return policies.find((policy) => policy !== null && policy !== 'noeviction') ?? policies[0] ?? null;
}

/** INFO, which a user needs anyway; CONFIG shows passwords, too, and is asked only of a server whose INFO does not say. */
async function policyOf(server: Redis): Promise<string | null> {
  try {
    const told = /^maxmemory_policy:(\S+)/m.exec(await server.info('memory'))?.[1];
    if (told !== undefined) return told;
    const answer = (await server.config('GET', 'maxmemory-policy')) as string[] | Record<string, string>;
    return Array.isArray(answer) ? (answer[1] ?? null) : (answer['maxmemory-policy'] ?? null);
  } catch {
    return null;
  }
}
