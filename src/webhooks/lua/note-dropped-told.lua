-- Writes that the endpoint was told of what was dropped.
--
-- KEYS  1 webhooks of the shard   2 what was dropped
-- ARGV  1 webhook id   2 how many were dropped by then
--
-- Returns 1, or 0 when the webhook was deleted.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[2], 'told', ARGV[2])
return 1
