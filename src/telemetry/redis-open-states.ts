import type { Redis } from 'ioredis';
import { isVerdict, OPERATION_STATES, type OperationState } from '../domain/operation.js';
import { operationKeys, SHARDS } from '../platform/redis/keys.js';

const OPEN_STATES = OPERATION_STATES.filter((state) => !isVerdict(state));

/** How many operations are in each state that is not the end; a few small requests, however many there are. */
export function countOpenStates(redis: Redis): Promise<{ state: OperationState; operations: number }[]> {
  return Promise.all(
    OPEN_STATES.map(async (state) => {
      const counts = await Promise.all(
        SHARDS.map((shard) => redis.zcard(operationKeys(shard).index('state', state))),
      );
      return { state, operations: counts.reduce((sum, count) => sum + count, 0) };
    }),
  );
}
