-- Puts a delivery that is over in line again.
--
-- KEYS  1 webhooks of the shard   2 deliveries   3 waiting ones, chain by chain   4 chains by when they are due
--       5 ids of the waiting ones   6 of those that were taken   7 of those that were given up   8 bytes of the waiting ones
-- ARGV  1 webhook id   2 delivery id   3 what it was   4 what it is   5 its chain   6 its place in line   7 now (ms)
--
-- Returns 'QUEUED' (also when this was done before and its reply was lost), 'CONFLICT' or 'ABSENT'.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 'ABSENT' end
local now = redis.call('HGET', KEYS[2], ARGV[2])
if not now then return 'ABSENT' end
if now == ARGV[4] then return 'QUEUED' end
if now ~= ARGV[3] then return 'CONFLICT' end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[4])
redis.call('ZREM', KEYS[6], ARGV[2])
redis.call('ZREM', KEYS[7], ARGV[2])
redis.call('ZADD', KEYS[5], 0, ARGV[2])
redis.call('ZADD', KEYS[3], 0, ARGV[6])
redis.call('ZADD', KEYS[4], ARGV[7], ARGV[5])
redis.call('INCRBY', KEYS[8], #ARGV[4])
return 'QUEUED'
