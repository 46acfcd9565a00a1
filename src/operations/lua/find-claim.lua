-- What an idempotency key of the shard stands for, and which store this is, at one moment.
--
-- KEYS  1 idempotency key   2 the guard's token
--
-- Returns {operation id, fingerprint, token}; what there is not is ''.
local claim = redis.call('HMGET', KEYS[1], 'id', 'fingerprint')
return { claim[1] or '', claim[2] or '', redis.call('GET', KEYS[2]) or '' }
