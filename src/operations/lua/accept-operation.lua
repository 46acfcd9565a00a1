-- Accepts an operation, whole or not at all: idempotency key, locks, record, event, indexes; for a step of
-- a composite, its parent's next version with it.
--
-- KEYS  1 record   2 the operation's events   3 the shard's events   4 open operations   5 idempotency key
--       6 the parent's record   7 the parent's events   8 the guard's token
--       then ARGV[8] locks, then ARGV[9] indexes
-- ARGV  1 operation id   2 record   3 event   4 creation time (ms)   5 write id
--       6 fingerprint of the request ('' = no idempotency key)   7 events kept in the shard's stream
--       8 number of locks   9 number of indexes
--       10 the parent's id ('' = none; then the rest is not looked at)   11 its expected version
--       12 its next version   13 its record   14 its event
--       15 the token that the caller was let through with ('' = nobody guards this store)
--       16 id of the write that made the parent's expected version ('' = not known)   17 the record's version
--
-- Returns {'ACCEPTED', write id} also when this very operation was accepted before (a reply that was lost),
--         {'EXISTS', operation id, fingerprint} when the idempotency key is taken,
--         {'GUARDED'} when the store has another token: it may have lost something since the caller was let through,
--         {'STALE'} when the parent has another version,
--         {'BUSY', operation id, lock key} when a lock is held by another operation that is not the parent.
-- Locks have no time to live: they end with the operation.
local id, locks, indexes, parent = ARGV[1], tonumber(ARGV[8]), tonumber(ARGV[9]), ARGV[10]

local before = redis.call('HGET', KEYS[1], 'w')
if before then return { 'ACCEPTED', before } end

if ARGV[6] ~= '' then
  local taken = redis.call('HMGET', KEYS[5], 'id', 'fingerprint')
  if taken[1] then return { 'EXISTS', taken[1], taken[2] } end
end

if ARGV[15] ~= '' and redis.call('GET', KEYS[8]) ~= ARGV[15] then return { 'GUARDED' } end

if parent ~= '' then
  local now = redis.call('HMGET', KEYS[6], 'v', 'w')
  if now[1] ~= ARGV[11] or (ARGV[16] ~= '' and now[2] ~= ARGV[16]) then return { 'STALE' } end
end

for i = 9, 8 + locks do
  local holder = redis.call('GET', KEYS[i])
  if holder and holder ~= id and holder ~= parent then return { 'BUSY', holder, KEYS[i] } end
end

for i = 9, 8 + locks do redis.call('SET', KEYS[i], id) end
if ARGV[6] ~= '' then redis.call('HSET', KEYS[5], 'id', id, 'fingerprint', ARGV[6]) end
redis.call('HSET', KEYS[1], 'v', ARGV[17], 'w', ARGV[5], 'r', ARGV[2])
-- So that the key is found when the operation leaves.
if ARGV[6] ~= '' then redis.call('HSET', KEYS[1], 'k', string.match(KEYS[5], ':idem:(.+)$')) end
redis.call('ZADD', KEYS[4], ARGV[4], id)
for i = 9 + locks, 8 + locks + indexes do redis.call('ZADD', KEYS[i], ARGV[4], id) end
local event = redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[7], '*', 'e', ARGV[3])
redis.call('XADD', KEYS[2], event, 'e', ARGV[3])

if parent ~= '' then
  redis.call('HSET', KEYS[6], 'v', ARGV[12], 'w', ARGV[5], 'r', ARGV[13])
  local told = redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[7], '*', 'e', ARGV[14])
  redis.call('XADD', KEYS[7], told, 'e', ARGV[14])
end
return { 'ACCEPTED', ARGV[5] }
