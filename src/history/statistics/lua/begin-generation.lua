-- Puts statistics that were counted anew in the place of those that were there.
--
-- KEYS  1 head
-- ARGV  1 generation that was there ('' = none)   2 new generation   3 position that it is counted up to
--       4 what it was wanted for ('' = nothing): taken back, unless it is wanted once more
--       5 when it is to be counted anew, for it lacks something ('' = it lacks nothing)
--       6 how often in a row it lacked something
--
-- Returns 1 (also when it was done before and the reply was lost), 0 when another one was first.
local now = redis.call('HMGET', KEYS[1], 'generation', 'wanted')
if now[1] == ARGV[2] then return 1 end
if (now[1] or '') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'generation', ARGV[2], 'position', ARGV[3], 'retry', ARGV[5], 'lacked', ARGV[6])
redis.call('HDEL', KEYS[1], 'draft')
if now[2] == ARGV[4] then redis.call('HDEL', KEYS[1], 'wanted') end
return 1
