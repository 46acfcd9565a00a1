-- Puts the events of an operation that has ended into its record, and drops their stream.
--
-- KEYS  1 record   2 the operation's events   3 open operations
-- ARGV  1 operation id   2 how many events there are   3 the events and the idempotency key, packed (`events/folded-events.ts`)
--
-- Returns 1, or 0 when it has not ended, or is not as it was when it was packed (done before, it is neither).
if redis.call('ZSCORE', KEYS[3], ARGV[1]) or redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if redis.call('HEXISTS', KEYS[1], 'e') == 1 or redis.call('XLEN', KEYS[2]) ~= tonumber(ARGV[2]) then return 0 end
-- In this order the hash never has a fifth field, for which it would take twice the room.
redis.call('HDEL', KEYS[1], 'k')
redis.call('HSET', KEYS[1], 'e', ARGV[3])
redis.call('DEL', KEYS[2])
return 1
