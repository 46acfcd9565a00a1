-- Writes what came of a delivery that was claimed; the next one of its chain is due when it is over.
--
-- KEYS  1 webhooks of the shard   2 deliveries   3 waiting ones, chain by chain   4 chains by when they are due   5 claims
--       6 how the endpoints behave   7 ids of the waiting ones   8 of those that were taken   9 of those that were given up
--       10 bytes of the waiting ones
-- ARGV  1 webhook id   2 chain   3 the mark of the claim   4 delivery id   5 its place in line   6 its record
--       7 its state   8 when it is due again, while it waits (ms)   9 now (ms)   10 how the endpoint behaves ('' = as before)
--       11 how many of each that are over are kept   12 an id before which none is   13 how many of each in the whole shard
--       14 an id from which on all are kept
--
-- Returns 'SETTLED', 'LOST' when the claim ran out and somebody else has it (or this was written before), 'ABSENT' when
-- the webhook was deleted.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 'ABSENT' end
local chain = ARGV[2]
if redis.call('HGET', KEYS[5], chain) ~= ARGV[3] then return 'LOST' end
redis.call('HDEL', KEYS[5], chain)
local before = redis.call('HSTRLEN', KEYS[2], ARGV[4])
redis.call('HSET', KEYS[2], ARGV[4], ARGV[6])
if ARGV[10] ~= '' then redis.call('HSET', KEYS[6], ARGV[1], ARGV[10]) end
if ARGV[7] == 'WAITING' then
  redis.call('ZADD', KEYS[4], ARGV[8], chain)
  redis.call('INCRBY', KEYS[10], #ARGV[6] - before)
  return 'SETTLED'
end

redis.call('ZREM', KEYS[3], ARGV[5])
redis.call('ZREM', KEYS[7], ARGV[4])
redis.call('ZADD', ARGV[7] == 'DELIVERED' and KEYS[8] or KEYS[9], 0, ARGV[4])
local next = redis.call('ZRANGEBYLEX', KEYS[3], '[' .. chain .. '|', '(' .. chain .. '}', 'LIMIT', 0, 1)[1]
if next then redis.call('ZADD', KEYS[4], ARGV[9], chain) else redis.call('ZREM', KEYS[4], chain) end

-- What began to wait before its bytes were counted must not make less than nothing of those that do.
local bytes = tonumber(redis.call('GET', KEYS[10]) or '0') - before
if bytes <= 0 or redis.call('ZCARD', KEYS[7]) == 0 then redis.call('DEL', KEYS[10])
else redis.call('SET', KEYS[10], string.format('%.0f', bytes)) end

local AT_ONCE = 50
local share = math.floor(tonumber(ARGV[13]) / redis.call('HLEN', KEYS[1]))
local kept = math.min(tonumber(ARGV[11]), math.max(share, 20))
local function forget(log, ids)
  if #ids == 0 then return end
  redis.call('HDEL', KEYS[2], unpack(ids))
  redis.call('ZREM', log, unpack(ids))
end
for _, log in ipairs({ KEYS[8], KEYS[9] }) do
  forget(log, redis.call('ZRANGEBYLEX', log, '-', '(' .. ARGV[12], 'LIMIT', 0, AT_ONCE))
  local tooMany = redis.call('ZCARD', log) - kept
  if tooMany > 0 then
    forget(log, redis.call('ZRANGEBYLEX', log, '-', '(' .. ARGV[14], 'LIMIT', 0, math.min(tooMany, AT_ONCE)))
  end
end
return 'SETTLED'
