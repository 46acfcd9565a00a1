-- Records an operation that had ended at its site before the gateway knew the site: record, event, indexes, count.
--
-- KEYS  1 record   2 the operation's events   3 the shard's events   4 the guard's token   5 what is imported of the site
--       then the indexes
-- ARGV  1 operation id   2 record   3 event   4 creation time (ms)   5 write id
--       6 events kept in the shard's stream   7 the token that the caller was let through with ('' = nobody guards this store)
--
-- Returns 'RECORDED', 'KNOWN' when there is such an operation (also when this very write was done before and its reply
--         was lost), 'GUARDED' when the store has another token.
if redis.call('EXISTS', KEYS[1]) == 1 then return 'KNOWN' end
if ARGV[7] ~= '' and redis.call('GET', KEYS[4]) ~= ARGV[7] then return 'GUARDED' end

redis.call('HSET', KEYS[1], 'v', 1, 'w', ARGV[5], 'r', ARGV[2])
for i = 6, #KEYS do redis.call('ZADD', KEYS[i], ARGV[4], ARGV[1]) end
redis.call('HINCRBY', KEYS[5], 'imported', 1)
local event = redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[6], '*', 'e', ARGV[3])
redis.call('XADD', KEYS[2], event, 'e', ARGV[3])
return 'RECORDED'
