-- Takes a place among what a principal may begin within some time. Taken again for the same thing, it is the same place.
--
-- KEYS  1 places
-- ARGV  1 now (ms)   2 for how long a place is taken (ms)   3 how many there are   4 what it is for
--
-- Returns 0, or the milliseconds until there is one again.
local now, lasts = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - lasts)
if redis.call('ZSCORE', KEYS[1], ARGV[4]) then return 0 end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then
  local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return math.max(1, tonumber(first[2]) + lasts - now)
end
redis.call('ZADD', KEYS[1], now, ARGV[4])
redis.call('PEXPIRE', KEYS[1], lasts)
return 0
