import type { Redis } from 'ioredis';
import { clusterBehind } from '../platform/redis/connection.js';

/** A read of one shard. */
export interface ShardRead {
  shard: number;
  command: (string | number)[];
}

/**
 * All of them in one writing, of a Cluster in one for each shard: what a command costs is mostly its way. Answers in the
 * same order; throws the first error.
 */
export async function readTogether<Answer>(redis: Redis, reads: readonly ShardRead[]): Promise<Answer[]> {
  const shards = clusterBehind(redis) ? [...new Set(reads.map(({ shard }) => shard))] : [null];
  const answers = new Map<ShardRead, Answer>();
  await Promise.all(
    shards.map(async (shard) => {
      const those = reads.filter((read) => shard === null || read.shard === shard);
      if (those.length === 0) return;
      const answered = (await redis.pipeline(those.map(({ command }) => command)).exec()) ?? [];
      for (const [i, [error, answer]] of answered.entries()) {
        if (error) throw error;
        const read = those[i];
        if (read) answers.set(read, answer as Answer);
      }
    }),
  );
  return reads.map((read) => answers.get(read) as Answer);
}
