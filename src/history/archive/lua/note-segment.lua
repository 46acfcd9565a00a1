-- Notes segments, or forgets them, if the caller still is the one who moves operations.
--
-- KEYS  1 segments   2 version   3 lease
-- ARGV  1 who   then of each segment its name, and what it holds ('' = forget it)
--
-- Returns 1, or 0 when the lease is not the caller's. Doing it twice changes nothing.
if redis.call('GET', KEYS[3]) ~= ARGV[1] then return 0 end
local changed = false
for i = 2, #ARGV, 2 do
  local name, text = ARGV[i], ARGV[i + 1]
  if (redis.call('HGET', KEYS[1], name) or '') ~= text then
    changed = true
    if text == '' then redis.call('HDEL', KEYS[1], name) else redis.call('HSET', KEYS[1], name, text) end
  end
end
if changed then redis.call('INCR', KEYS[2]) end
return 1
