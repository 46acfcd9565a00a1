-- Writes a webhook, if it is still what the caller has seen.
--
-- KEYS  1 webhooks of the shard
-- ARGV  1 webhook id   2 what it was ('' = it is new)   3 what it is
--
-- Returns 'WRITTEN' (also when this very write was done before and its reply was lost), 'CONFLICT' or 'ABSENT'.
local now = redis.call('HGET', KEYS[1], ARGV[1])
if now == ARGV[3] then return 'WRITTEN' end
if not now and ARGV[2] ~= '' then return 'ABSENT' end
if (now or '') ~= ARGV[2] then return 'CONFLICT' end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 'WRITTEN'
