-- Gives an idempotency key back to the operation that it began, unless it was used for another one meanwhile.
--
-- KEYS  1 idempotency key   2 the operation's record
-- ARGV  1 operation id   2 fingerprint of the request
--
-- Returns 1, or 0 when the key is there already, or the operation is not.
if redis.call('EXISTS', KEYS[1]) == 1 or redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'fingerprint', ARGV[2])
redis.call('HSET', KEYS[2], 'k', string.match(KEYS[1], ':idem:(.+)$'))
return 1
