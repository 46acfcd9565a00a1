-- Places that were taken and not used are free again, unless they are forgotten already.
-- KEYS[1]  the hash of take-request-place.lua
-- ARGV     1 the slot in which they were taken, 2 slots kept, 3 places
local field = tostring(tonumber(ARGV[1]) % tonumber(ARGV[2]))
local slot, count = string.match(redis.call('HGET', KEYS[1], field) or '', '^(%d+):(%d+)$')
if tonumber(slot) == tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], field, slot .. ':' .. math.max(0, tonumber(count) - tonumber(ARGV[3])))
end
return 1
