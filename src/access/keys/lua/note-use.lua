-- Notes when an API key was used, if it is there and was not used later.
--
-- KEYS  1 the keys   2 when each was used last
-- ARGV  1 id   2 when, milliseconds
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return end
if tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or '0') < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
end
