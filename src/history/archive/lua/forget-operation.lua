-- Takes an operation that has ended out of the store, whole or not at all: record, events, indexes, idempotency key.
--
-- KEYS  1 record   2 the operation's events   3 open operations   4 idempotency key   then its indexes
-- ARGV  1 operation id   2 the version that is kept elsewhere, or that is to be given up
--       3 the operation that it is a step of ('' = none)
--
-- Returns 'FORGOTTEN' (also when it was done before), 'OPEN' when it, or what it is a step of, has not ended,
--         'NEWER' when the store has a later version than that.
local id = ARGV[1]
if redis.call('ZSCORE', KEYS[3], id) then return 'OPEN' end
if ARGV[3] ~= '' and redis.call('ZSCORE', KEYS[3], ARGV[3]) then return 'OPEN' end
local version = tonumber(redis.call('HGET', KEYS[1], 'v') or '0')
if version > tonumber(ARGV[2]) then return 'NEWER' end

redis.call('DEL', KEYS[1], KEYS[2])
if redis.call('HGET', KEYS[4], 'id') == id then redis.call('DEL', KEYS[4]) end
for i = 5, #KEYS do redis.call('ZREM', KEYS[i], id) end
return 'FORGOTTEN'
