-- Chooses a new token for the store, unless another process was first.
--
-- KEYS  1 board   2 roll   3 what was vouched for
-- ARGV  1 the token that it was decided on ('' = none)   2 new token   3 identity of the server ('' = it does not tell)
--       4 reason   5 now (ms)   6 '1' = the store has certainly lost something
--       7 how long others may still announce themselves (ms)
--       then fields and values for the roll; who was seen later stays as it is
--
-- Returns 1 (also when this very token was chosen before and the reply was lost), 0 when another one was first.
local token = redis.call('HGET', KEYS[1], 'token') or ''
if token == ARGV[2] then return 1 end
if token ~= ARGV[1] then return 0 end

-- What a comparison that was cut short had found counts for the next.
local phase, differed = unpack(redis.call('HMGET', KEYS[1], 'phase', 'differed'))
local lost = ARGV[6] == '1' or (phase and phase ~= 'OPEN' and differed == '1')
redis.call('HSET', KEYS[1], 'token', ARGV[2], 'identity', ARGV[3], 'reason', ARGV[4], 'since', ARGV[5],
  'phase', 'SPREADING', 'opened', '', 'differed', lost and '1' or '0', 'announce', ARGV[7])
redis.call('DEL', KEYS[3])
for i = 8, #ARGV, 2 do
  local seen = tonumber(redis.call('HGET', KEYS[2], ARGV[i]) or '0')
  if seen < tonumber(ARGV[i + 1]) then redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
end
return 1
