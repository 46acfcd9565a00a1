import type { Redis } from 'ioredis';
import { GUARD_KEYS, guardNoteKeys, operationKeys, SHARDS } from '../../src/platform/redis/keys.js';

const KEPT = [...Object.values(GUARD_KEYS), ...SHARDS.map((shard) => operationKeys(shard).guard)];

/** Of any process. */
const NOTES = guardNoteKeys('*');

const FORGET = `
local kept = {}
for _, pattern in ipairs(ARGV) do
  for _, key in ipairs(redis.call('KEYS', pattern)) do kept[key] = true end
end
for _, key in ipairs(redis.call('KEYS', '*')) do
  if not kept[key] then redis.call('DEL', key) end
end`;

/**
 * Empties the store in one step, but for what the guard knows of it: to the gateway it is the store that it was, with
 * nothing in it. One that is simply emptied has lost something, and is held.
 */
export async function forgetAll(redis: Redis): Promise<void> {
  await redis.eval(FORGET, 0, ...KEPT, ...NOTES.ofShards, NOTES.ofGuard);
}
