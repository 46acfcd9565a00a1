-- Writes a record, if it is still what the caller has seen.
--
-- KEYS  1 the records
-- ARGV  1 id   2 what it was   3 what it is
--
-- Returns 'WRITTEN' (also when this very write was done before and its reply was lost), or 'CONFLICT'.
local now = redis.call('HGET', KEYS[1], ARGV[1])
if now == ARGV[3] then return 'WRITTEN' end
if now ~= ARGV[2] then return 'CONFLICT' end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 'WRITTEN'
