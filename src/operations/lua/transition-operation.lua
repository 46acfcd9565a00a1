-- Writes the next version of an operation, if nobody else has: record, event, indexes, lock release together.
--
-- KEYS  1 record   2 the operation's events   3 the shard's events   4 open operations   5 the guard's token
--       then ARGV[9] locks to release, ARGV[10] indexes to leave, ARGV[11] indexes to join,
--       ARGV[14] locks of what it made, for its parent, ARGV[15] notes of who held a group last
-- ARGV  1 operation id   2 expected version   3 next version   4 record   5 event   6 write id
--       7 creation time (ms)   8 '1' = the operation has ended   9, 10, 11 numbers of keys
--       12 events kept in the shard's stream
--       13 the parent's id ('' = none): while it is open, locks are not released but pass to it
--       14, 15 numbers of keys
--       16 the token that the caller was let through with ('' = the change promises nothing, or nobody guards this store)
--       17 id of the write that made the expected version ('' = not known): a failover that takes a write back lets
--          another one have the same version
--
-- Returns 'WRITTEN' (also when this very write was done before and its reply was lost),
--         'CONFLICT' when the record has another version, 'ABSENT' when there is none,
--         'GUARDED' when the store has another token: it may have lost something since the caller was let through.
local now = redis.call('HMGET', KEYS[1], 'v', 'w')
if not now[1] then return 'ABSENT' end
if now[1] == ARGV[3] and now[2] == ARGV[6] then return 'WRITTEN' end
if ARGV[16] ~= '' and redis.call('GET', KEYS[5]) ~= ARGV[16] then return 'GUARDED' end
if now[1] ~= ARGV[2] or (ARGV[17] ~= '' and now[2] ~= ARGV[17]) then return 'CONFLICT' end

local id, parent = ARGV[1], ARGV[13]
local heir = parent ~= '' and redis.call('ZSCORE', KEYS[4], parent)
redis.call('HSET', KEYS[1], 'v', ARGV[3], 'w', ARGV[6], 'r', ARGV[4])
if ARGV[8] == '1' then redis.call('ZREM', KEYS[4], id) end

local at = 5
for i = at + 1, at + tonumber(ARGV[9]) do
  if redis.call('GET', KEYS[i]) == id then
    if heir then redis.call('SET', KEYS[i], parent) else redis.call('DEL', KEYS[i]) end
  end
end
at = at + tonumber(ARGV[9])
for i = at + 1, at + tonumber(ARGV[10]) do redis.call('ZREM', KEYS[i], id) end
at = at + tonumber(ARGV[10])
for i = at + 1, at + tonumber(ARGV[11]) do redis.call('ZADD', KEYS[i], ARGV[7], id) end
at = at + tonumber(ARGV[11])
for i = at + 1, at + tonumber(ARGV[14]) do
  if heir then redis.call('SET', KEYS[i], parent, 'NX') end
end
at = at + tonumber(ARGV[14])
for i = at + 1, at + tonumber(ARGV[15]) do redis.call('SET', KEYS[i], id) end

local event = redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[12], '*', 'e', ARGV[5])
redis.call('XADD', KEYS[2], event, 'e', ARGV[5])
return 'WRITTEN'
