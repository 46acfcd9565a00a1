-- Takes places in the budget of one address: all that are asked for, or none. The time is Redis' own, so that all
-- processes have the same.
-- KEYS[1]  hash: 0..kept-1 = "<slot>:<requests>"; everybody, reads (all but sends), others (all but actions and sends)
--          = until when these stay away (ms since the epoch)
-- ARGV     1 slot's length (ms), 2 slots kept, 3 most places used with these (-1 = take them whatever is used,
--          0 = only look), 4 "2" = a send, "1" = an action's look, "0" = others, 5 places
-- Answer   taken (0 or 1), used, ms to wait, ms to stay away, the slot, whether others are to stay away (0 or 1)
local slotMs = tonumber(ARGV[1])
local kept = tonumber(ARGV[2])
local most = tonumber(ARGV[3])
local urgency = tonumber(ARGV[4])
local places = tonumber(ARGV[5])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local current = math.floor(now / slotMs)

local used = 0
local slots = {}
local away = 0
local early = 0
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local name = fields[i]
  if name == 'everybody' or name == 'reads' or name == 'others' then
    local left = tonumber(fields[i + 1]) - now
    if name == 'others' and left > 0 then
      early = 1
    end
    if name == 'everybody' or (name == 'reads' and urgency < 2) or urgency == 0 then
      away = math.max(away, left)
    end
  else
    local slot, count = string.match(fields[i + 1], '^(%d+):(%d+)$')
    slot, count = tonumber(slot), tonumber(count)
    if slot > current - kept then
      used = used + count
      slots[#slots + 1] = { slot, count }
    end
  end
end

local wait = 0
if most >= 0 then
  local over = used + places - most
  if over > 0 then
    table.sort(slots, function(a, b) return a[1] < b[1] end)
    wait = kept * slotMs
    for _, entry in ipairs(slots) do
      over = over - entry[2]
      if over <= 0 then
        wait = math.max(1, (entry[1] + kept) * slotMs - now)
        break
      end
    end
  end
  wait = math.max(wait, away)
end
if wait > 0 then
  return { 0, used, math.ceil(wait), math.ceil(away), current, early }
end

local field = tostring(current % kept)
local there = redis.call('HGET', KEYS[1], field)
local slot, count = string.match(there or '', '^(%d+):(%d+)$')
local before = tonumber(slot) == current and tonumber(count) or 0
redis.call('HSET', KEYS[1], field, string.format('%.0f:%d', current, before + places))
if redis.call('PTTL', KEYS[1]) < 2 * kept * slotMs then
  redis.call('PEXPIRE', KEYS[1], math.ceil(4 * kept * slotMs))
end
return { 1, used + places, 0, math.ceil(away), current, early }
