-- Writes that the endpoint was told of what was dropped, unless it was told of more already.
--
-- KEYS  1 webhooks of the shard   2 what was dropped
-- ARGV  1 webhook id   2 how many were dropped by then
--
-- Returns 1, or 0 when the webhook was deleted.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
local told = tonumber(redis.call('HGET', KEYS[2], 'told') or '0')
if tonumber(ARGV[2]) > told then redis.call('HSET', KEYS[2], 'told', ARGV[2]) end
return 1
