-- Takes or keeps a consumer's turn at the events of a shard, moves its position, and reads on from there.
--
-- KEYS  1 the consumer's position   2 the shard's events
-- ARGV  1 who asks   2 how long the turn lasts (ms; 0 = it is given back)   3 how many events at most (0 = none are read)
--       4 'FIRST' or 'NEXT': where a consumer without a position begins
--       5 offset of the last event that it has handled ('' = nothing new; believed only of whose turn it is)
--
-- Returns {'HELD'} while it is another one's turn,
--         {'YOURS', '1' = events before these may be missing: then these are from the first that is left, entries,
--         the position}.
-- The position moves only by ARGV 5, so the same question twice has the same answer.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local at, by, till = unpack(redis.call('HMGET', KEYS[1], 'at', 'by', 'until'))
if by and by ~= ARGV[1] and tonumber(till) > now then return { 'HELD' } end

local function last()
  local entry = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
  return entry and entry[1] or '0'
end

local function trimmed()
  if redis.call('EXISTS', KEYS[2]) == 0 then return false end
  local facts, told = redis.call('XINFO', 'STREAM', KEYS[2]), {}
  for i = 1, #facts, 2 do told[facts[i]] = facts[i + 1] end
  return (told['entries-added'] or told['length']) > told['length']
end

if ARGV[5] ~= '' and by == ARGV[1] then at = ARGV[5] end
if not at then at = ARGV[4] == 'NEXT' and last() or '0' end
redis.call('HSET', KEYS[1], 'at', at, 'by', ARGV[1], 'until', string.format('%d', now + tonumber(ARGV[2])))
if ARGV[3] == '0' then return { 'YOURS', '0', {}, at } end

local missing
if at == '0' then
  missing = trimmed()
else
  missing = #redis.call('XRANGE', KEYS[2], at, at) == 0
end
local from = (missing or at == '0') and '-' or '(' .. at
return { 'YOURS', missing and '1' or '0', redis.call('XRANGE', KEYS[2], from, '+', 'COUNT', ARGV[3]), at }
