-- Writes or removes an API key, if it is still what the caller has seen.
--
-- KEYS  1 the keys   2 when each was used last   3 their version
-- ARGV  1 id   2 what it was ('' = it is new)   3 what it is ('' = it goes)   4 the next version   5 how many there may be
--
-- Returns 'WRITTEN' (also when this very write was done before and its reply was lost), 'CONFLICT', 'ABSENT' or 'FULL'.
local now = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if now == ARGV[3] then return 'WRITTEN' end
if now == '' and ARGV[2] ~= '' then return 'ABSENT' end
if now ~= ARGV[2] then return 'CONFLICT' end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('HDEL', KEYS[2], ARGV[1])
else
  if now == '' and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[5]) then return 'FULL' end
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
redis.call('SET', KEYS[3], ARGV[4])
return 'WRITTEN'
