-- Writes what a stretch of the event stream adds to the statistics, if nobody else has counted it.
--
-- KEYS  1 head   then the keys that are written
-- ARGV  1 generation   2 position that it was counted from   3 position that it was counted up to
--       then in fours: 'h', number of the key, field, value of a hash; or 'z', number of the key, member, '' of a set
--       that is ordered by its members
--
-- Returns 1 (also when this very stretch was counted before and the reply was lost), 0 when the head is elsewhere.
local now = redis.call('HMGET', KEYS[1], 'generation', 'position')
if now[1] ~= ARGV[1] then return 0 end
if now[2] == ARGV[3] then return 1 end
if now[2] ~= ARGV[2] then return 0 end
for i = 4, #ARGV, 4 do
  local key = KEYS[tonumber(ARGV[i + 1])]
  if ARGV[i] == 'h' then redis.call('HSET', key, ARGV[i + 2], ARGV[i + 3])
  else redis.call('ZADD', key, 0, ARGV[i + 2]) end
end
redis.call('HSET', KEYS[1], 'position', ARGV[3])
return 1
