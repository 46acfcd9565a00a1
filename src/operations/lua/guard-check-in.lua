-- Notes that a process has compared its journal with the store, and what differed.
--
-- KEYS  1 board   2 roll   3 what was vouched for   4 differences
-- ARGV  1 token   2 what is written to the roll   3 id of this write   4 differences kept
--       5 number of fields of the roll, then these   then the number of differences, then these as JSON
--       then the ids that are vouched for
--
-- Returns 1, or 0 when the token is not the store's any more.
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
local at = 5 + tonumber(ARGV[5])
local first = redis.call('HGET', KEYS[2], 'write:' .. ARGV[6]) ~= ARGV[3]
redis.call('HSET', KEYS[2], 'write:' .. ARGV[6], ARGV[3])
for i = 6, at do redis.call('HSET', KEYS[2], 'at:' .. ARGV[i], ARGV[2]) end
local differences = tonumber(ARGV[at + 1])
if first and differences > 0 then
  redis.call('HSET', KEYS[1], 'differed', '1')
  for i = at + 2, at + 1 + differences do redis.call('LPUSH', KEYS[4], ARGV[i]) end
  redis.call('LTRIM', KEYS[4], 0, tonumber(ARGV[4]) - 1)
end
for i = at + 2 + differences, #ARGV do redis.call('SADD', KEYS[3], ARGV[i]) end
return 1
