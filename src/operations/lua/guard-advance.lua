-- Takes the guard from one phase to the next.
--
-- KEYS  1 board
-- ARGV  1 token   2 from   3 to   4 now (ms)
--
-- Returns 1 when it was done, now or before; 0 when the token is not the store's any more, or the phase is another.
local token, phase, differed, since = unpack(redis.call('HMGET', KEYS[1], 'token', 'phase', 'differed', 'since'))
if token ~= ARGV[1] then return 0 end
if phase == ARGV[3] then return 1 end
if phase ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'phase', ARGV[3])
if ARGV[3] == 'OPEN' then
  redis.call('HSET', KEYS[1], 'opened', ARGV[4])
  if differed == '1' then redis.call('HSET', KEYS[1], 'loss', since) end
end
return 1
