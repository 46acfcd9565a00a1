-- An upstream asked to be left alone. A shorter time than was said before changes nothing.
-- KEYS[1]  the hash of take-request-place.lua
-- ARGV     1 everybody | reads, 2 for how long (ms)
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local untilMs = now + math.ceil(tonumber(ARGV[2]))
local before = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
if untilMs > before then
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', untilMs))
end
if redis.call('PTTL', KEYS[1]) < untilMs - now then
  redis.call('PEXPIRE', KEYS[1], untilMs - now + 1000)
end
return 1
