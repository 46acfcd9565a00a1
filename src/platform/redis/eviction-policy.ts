import type { Redis } from 'ioredis';
import { storesOf } from './stores.js';

/** It must be noeviction on every server: the first one that is not; null = none of them lets us look. */
export async function evictionPolicy(redis: Redis): Promise<string | null> {
  const policies = await Promise.all(storesOf(redis).map(({ connection }) => policyOf(connection)));
  return policies.find((policy) => policy !== null && policy !== 'noeviction') ?? policies[0] ?? null;
}

async function policyOf(server: Redis): Promise<string | null> {
  try {
    const answer = (await server.config('GET', 'maxmemory-policy')) as string[] | Record<string, string>;
    return Array.isArray(answer) ? (answer[1] ?? null) : (answer['maxmemory-policy'] ?? null);
  } catch {
    return null;
  }
}
