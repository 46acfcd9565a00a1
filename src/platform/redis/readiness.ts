import type { Redis } from 'ioredis';
import { evictionPolicy } from './eviction-policy.js';
import { readinessKey } from './keys.js';
import { storesOf } from './stores.js';

/** What it is called when Redis answers, and refuses every write. */
const REFUSALS: readonly [RegExp, string][] = [
  [/\bOOM /, 'it is out of memory (OOM)'],
  [/\bREADONLY /, 'it is a replica (READONLY), not the master'],
  [/\bMISCONF /, 'it cannot write to its disk (MISCONF)'],
  [/\bNOREPLICAS /, 'it has too few replicas in reach (NOREPLICAS, min-replicas-to-write)'],
  [/\bLOADING /, 'it is still loading its data (LOADING)'],
  [/\bMASTERDOWN /, 'it is a replica whose master is away (MASTERDOWN)'],
];

/** Whether the store takes writes, every server of it: the only proof is a write. */
export class StoreReadiness {
  constructor(private readonly redis: Redis) {}

  /** A sentence, or null when all is well. */
  async fault(): Promise<string | null> {
    const mark = `${process.pid}-${performance.now()}`;
    try {
      await Promise.all(
        storesOf(this.redis).map(async ({ connection, tags: [tag = ''] }) => {
          await connection.set(readinessKey(tag), mark, 'EX', 60);
          await connection.get(readinessKey(tag));
        }),
      );
      return null;
    } catch (error) {
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown';
      const named = REFUSALS.find(([words]) => words.test(reason))?.[1];
      return `Redis takes no writes: ${named ?? reason.slice(0, 200)}.`;
    }
  }

  /** Whether it would throw data away when it is full; somebody may have set that since we started. */
  async policyFault(): Promise<string | null> {
    const policy = await evictionPolicy(this.redis);
    return policy === null || policy === 'noeviction'
      ? null
      : `The Redis server's maxmemory-policy is ${policy}, so it may throw operations away: set it to noeviction.`;
  }
}
