-- Puts deliveries in line for a webhook; one that is known already is left as it is.
--
-- KEYS  1 webhooks of the shard   2 deliveries   3 waiting ones, chain by chain   4 chains by when they are due
--       5 ids of the waiting ones   6 how far the streams were taken   7 bytes of the waiting ones
-- ARGV  1 webhook id   2 now (ms)   3 how many may wait   4 shard of the stream ('' = from no stream)
--       then of each, in order: id, chain, place in line, record, offset (ms), offset (counter), and
--       '1' = its event is so old that a place in the stream before what was taken means that it was taken
--
-- Returns 'TAKEN', 'ABSENT' when the webhook was deleted, 'FULL' when too many wait: then none was taken.
local SIZE = 7
local first = 5
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 'ABSENT' end
if redis.call('ZCARD', KEYS[3]) + (#ARGV - first + 1) / SIZE > tonumber(ARGV[3]) then return 'FULL' end

local taken = ARGV[4] ~= '' and redis.call('HGET', KEYS[6], ARGV[4]) or '0-0'
local ms, count = string.match(taken, '^(%d+)-(%d+)$')
ms, count = tonumber(ms), tonumber(count)

local bytes = 0
for at = first, #ARGV, SIZE do
  local id, chain, place, record = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local eventMs, eventCount = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5])
  local isAhead = eventMs > ms or (eventMs == ms and eventCount > count)
  if (isAhead or ARGV[at + 6] ~= '1') and redis.call('HSETNX', KEYS[2], id, record) == 1 then
    redis.call('ZADD', KEYS[3], 0, place)
    redis.call('ZADD', KEYS[4], 'NX', ARGV[2], chain)
    redis.call('ZADD', KEYS[5], 0, id)
    bytes = bytes + #record
  end
  if isAhead then ms, count = eventMs, eventCount end
end
if bytes > 0 then redis.call('INCRBY', KEYS[7], bytes) end
if ARGV[4] ~= '' then redis.call('HSET', KEYS[6], ARGV[4], string.format('%.0f-%.0f', ms, count)) end
return 'TAKEN'
