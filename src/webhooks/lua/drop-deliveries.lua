-- Drops deliveries that wait, the oldest events first, until no more wait than may. What somebody is sending just now stays.
--
-- KEYS  1 webhooks of the shard   2 deliveries   3 waiting ones, chain by chain   4 chains by when they are due   5 claims
--       6 ids of the waiting ones   7 bytes of the waiting ones   8 what was dropped
-- ARGV  1 webhook id   2 now (ms)   3 how many may wait   4 how many bytes of them   5 an id before which none may wait
--       6 how many are looked at
--
-- Returns {how many were dropped, how many are still too many: 0 or 1}. Another call goes on from there.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return { 0, 0 } end
local now, most, mostBytes = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local count = redis.call('ZCARD', KEYS[6])
local bytes = tonumber(redis.call('GET', KEYS[7]) or '0')
local total, told = unpack(redis.call('HMGET', KEYS[8], 'total', 'told'))
local from, to
if (total or '0') ~= (told or '0') then
  from, to = unpack(redis.call('HMGET', KEYS[8], 'fromTime', 'untilTime'))
end

local function firstOf(chain)
  return redis.call('ZRANGEBYLEX', KEYS[3], '[' .. chain .. '|', '(' .. chain .. '}', 'LIMIT', 0, 1)[1]
end

local dropped, isOver = 0, 0
for _, id in ipairs(redis.call('ZRANGE', KEYS[6], 0, tonumber(ARGV[6]) - 1)) do
  isOver = (count > most or bytes > mostBytes or id < ARGV[5]) and 1 or 0
  if isOver == 0 then break end
  local record = redis.call('HGET', KEYS[2], id)
  local delivery = record and cjson.decode(record)
  local chain, place, isFirst, isClaimed
  if delivery then
    chain = delivery.chain
    local sequence = type(delivery.sequence) == 'number' and delivery.sequence or 0
    place = string.format('%s|%012d|%s', chain, sequence, id)
    isFirst = firstOf(chain) == place
    isClaimed = isFirst
      and redis.call('HEXISTS', KEYS[5], chain) == 1
      and tonumber(redis.call('ZSCORE', KEYS[4], chain) or '0') > now
  end
  if not isClaimed then
    redis.call('ZREM', KEYS[6], id)
    count = count - 1
  end
  if delivery and not isClaimed then
    redis.call('HDEL', KEYS[2], id)
    redis.call('ZREM', KEYS[3], place)
    if isFirst then
      redis.call('HDEL', KEYS[5], chain)
      if firstOf(chain) then redis.call('ZADD', KEYS[4], now, chain) else redis.call('ZREM', KEYS[4], chain) end
    end
    bytes = math.max(0, bytes - #record)
    dropped = dropped + 1
    local time = delivery.eventTime
    if not from or time < from then from = time end
    if not to or time > to then to = time end
  end
end

if dropped > 0 then
  redis.call('HINCRBY', KEYS[8], 'total', dropped)
  redis.call('HSET', KEYS[8], 'fromTime', from, 'untilTime', to)
end
if count == 0 then redis.call('DEL', KEYS[7]) else redis.call('SET', KEYS[7], string.format('%.0f', bytes)) end
return { dropped, isOver }
