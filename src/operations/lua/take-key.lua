-- Has an idempotency key stand for an operation, if it still stands for what it stood for.
--
-- KEYS  1 idempotency key   2 the operation's record   3 the record of whose it was
-- ARGV  1 operation id   2 fingerprint of the request   3 whose it was ('' = nobody's)
--
-- Returns 'TAKEN' (also when it was done before and the reply was lost), 'CHANGED' when the key is another's by now, or
-- 'ABSENT' when the operation is not there.
local holder = redis.call('HGET', KEYS[1], 'id') or ''
if holder ~= ARGV[3] and holder ~= ARGV[1] then return 'CHANGED' end
if redis.call('EXISTS', KEYS[2]) == 0 then return 'ABSENT' end
if KEYS[3] ~= KEYS[2] then redis.call('HDEL', KEYS[3], 'k') end
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'fingerprint', ARGV[2])
redis.call('HSET', KEYS[2], 'k', string.match(KEYS[1], ':idem:(.+)$'))
return 'TAKEN'
