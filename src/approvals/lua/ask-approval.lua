-- Keeps a new approval; asked for again with the same idempotency key it is the one that is there.
--
-- KEYS  1 approvals   2 their times   3 idempotency keys
-- ARGV  1 id   2 record   3 now (ms)   4 idempotency key   5 those asked for before are forgotten (ms)   6 how many may be kept
--
-- Returns {'KEPT', record} with what is there now, or {'FULL'}.
-- At most a hundred are forgotten at a time, so that it takes no longer after a quiet year.
local id = redis.call('HGET', KEYS[3], ARGV[4])
local known = id and redis.call('HGET', KEYS[1], id)
if known then return { 'KEPT', known } end

for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[5], 'LIMIT', 0, 100)) do
  local record = redis.call('HGET', KEYS[1], old)
  if record then redis.call('HDEL', KEYS[3], cjson.decode(record).keyHash) end
  redis.call('HDEL', KEYS[1], old)
  redis.call('ZREM', KEYS[2], old)
end
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[6]) then return { 'FULL' } end

redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
redis.call('HSET', KEYS[3], ARGV[4], ARGV[1])
return { 'KEPT', ARGV[2] }
