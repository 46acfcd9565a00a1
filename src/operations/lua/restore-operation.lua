-- Writes back an operation that the store has lost, or knows less of than a journal: locks, record, event, indexes and
-- idempotency key together.
--
-- KEYS  1 record   2 the operation's events   3 the shard's events   4 open operations   5 idempotency key
--       then ARGV[9] locks, ARGV[10] indexes to leave, ARGV[11] indexes to join,
--       ARGV[14] locks of what it made, for its parent, ARGV[15] notes of who held a group last
-- ARGV  1 operation id   2 expected version ('' = absent)   3 next version   4 record   5 event   6 write id
--       7 creation time (ms)   8 '1' = the operation has ended: its locks are released   9, 10, 11 numbers of keys
--       12 events kept in the shard's stream   13 the parent's id ('' = none)   14, 15 numbers of keys
--       16 fingerprint of the request ('' = no idempotency key)
--       17 id of the write that made the expected version ('' = not known)
--       then the ids of the operations that are its steps: a lock that one of them holds was lent to it
--
-- Returns {'RESTORED'} (also when this very write was done before and its reply was lost),
--         {'STALE'} when the record has another version, or another write made it,
--         {'HELD', operation id} when another operation holds one of the groups by now.
local id, parent, ended = ARGV[1], ARGV[13], ARGV[8] == '1'
local locks = tonumber(ARGV[9])

local now = redis.call('HMGET', KEYS[1], 'v', 'w')
if now[1] == ARGV[3] and now[2] == ARGV[6] then return { 'RESTORED' } end
if (now[1] or '') ~= ARGV[2] then return { 'STALE' } end
if ARGV[17] ~= '' and now[2] ~= ARGV[17] then return { 'STALE' } end

local steps = {}
for i = 18, #ARGV do steps[ARGV[i]] = true end

if not ended then
  for i = 6, 5 + locks do
    local holder = redis.call('GET', KEYS[i])
    if holder and holder ~= id and holder ~= parent and not steps[holder] then return { 'HELD', holder } end
  end
end

local heir = parent ~= '' and redis.call('ZSCORE', KEYS[4], parent)
for i = 6, 5 + locks do
  local holder = redis.call('GET', KEYS[i])
  if not ended then
    if not (holder and steps[holder]) then redis.call('SET', KEYS[i], id) end
  elseif holder == id then
    if heir then redis.call('SET', KEYS[i], parent) else redis.call('DEL', KEYS[i]) end
  end
end

redis.call('HSET', KEYS[1], 'v', ARGV[3], 'w', ARGV[6], 'r', ARGV[4])
if ended then redis.call('ZREM', KEYS[4], id) else redis.call('ZADD', KEYS[4], ARGV[7], id) end
if ARGV[16] ~= '' then
  if redis.call('EXISTS', KEYS[5]) == 0 then redis.call('HSET', KEYS[5], 'id', id, 'fingerprint', ARGV[16]) end
  if redis.call('HGET', KEYS[5], 'id') == id then redis.call('HSET', KEYS[1], 'k', string.match(KEYS[5], ':idem:(.+)$')) end
end

local at = 5 + locks
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
return { 'RESTORED' }
