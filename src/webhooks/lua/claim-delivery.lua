-- Takes the delivery that has been due longest: the first one of its chain, which nobody else takes for a while.
--
-- KEYS  1 webhooks of the shard   2 deliveries   3 waiting ones, chain by chain   4 chains by when they are due   5 claims
-- ARGV  1 webhook id   2 the webhook as the caller knows it   3 now (ms)   4 until when it is the caller's (ms)
--       5 the caller's mark   6 the chain ('' = whichever is due)
--
-- Returns {'CLAIMED', record}, {'NONE'} when nothing is due, {'CHANGED'} when the webhook is another one by now.
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return { 'CHANGED' } end
for _ = 1, 100 do
  local chain
  if ARGV[6] == '' then
    chain = redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', ARGV[3], 'LIMIT', 0, 1)[1]
  else
    local due = redis.call('ZSCORE', KEYS[4], ARGV[6])
    chain = due and tonumber(due) <= tonumber(ARGV[3]) and ARGV[6] or nil
  end
  if not chain then return { 'NONE' } end
  local place = redis.call('ZRANGEBYLEX', KEYS[3], '[' .. chain .. '|', '(' .. chain .. '}', 'LIMIT', 0, 1)[1]
  if not place then
    redis.call('ZREM', KEYS[4], chain)
  else
    local record = redis.call('HGET', KEYS[2], string.match(place, '[^|]*$'))
    if record then
      redis.call('ZADD', KEYS[4], ARGV[4], chain)
      redis.call('HSET', KEYS[5], chain, ARGV[5])
      return { 'CLAIMED', record }
    end
    redis.call('ZREM', KEYS[3], place)
  end
end
return { 'NONE' }
