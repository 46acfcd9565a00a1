-- Keeps the answer to one question, or forgets it; what is of no use any more, and what is soonest when there are too
-- many bytes, makes room.
--
-- KEYS  1 answers by question   2 questions by when their answers are of no use any more
-- ARGV  1 the question   2 the answer ('' = forget it)   3 until when it is of use   4 now
--       5 how many bytes all of them may take   6 the longest that any is of use, all in milliseconds
--
-- Returns 'OK'.
local bytes = tonumber(redis.call('HGET', KEYS[1], '') or '0')

local function drop(question)
  bytes = bytes - redis.call('HSTRLEN', KEYS[1], question)
  redis.call('HDEL', KEYS[1], question)
  redis.call('ZREM', KEYS[2], question)
end

drop(ARGV[1])
for _, question in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[4], 'LIMIT', 0, 100)) do drop(question) end
while bytes + #ARGV[2] > tonumber(ARGV[5]) do
  local soonest = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
  if not soonest then break end
  drop(soonest)
end
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
  bytes = bytes + #ARGV[2]
end
redis.call('HSET', KEYS[1], '', bytes)
redis.call('PEXPIRE', KEYS[1], ARGV[6])
redis.call('PEXPIRE', KEYS[2], ARGV[6])
return 'OK'
