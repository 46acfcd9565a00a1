-- Records an operation that was begun outside, whole or not at all, if nothing of ours had to do with it since the
-- upstream was looked at: locks (unless it has ended already), record, event, indexes.
--
-- KEYS  1 record   2 the operation's events   3 the shard's events   4 open operations   5 the guard's token
--       then ARGV[8] locks, then as many notes of who held the same group last,
--       then ARGV[10] indexes of its jobs, then ARGV[11] other indexes
-- ARGV  1 operation id   2 record   3 event   4 creation time (ms)   5 write id
--       6 events kept in the shard's stream   7 '1' = it has ended already
--       8 number of groups that nobody may hold   9 how many of them, the first ones, it touches
--       10, 11 numbers of indexes   12 the token that the caller was let through with ('' = nobody guards this store)
--       then for each group the id of the operation that was seen to have held it last ('' = none)
--
-- Returns {'RECORDED'} also when this very operation was recorded before (a reply that was lost),
--         {'GUARDED'} when the store has another token,
--         {'BUSY', operation id} when a group is held,
--         {'STALE'} when a group was held by another operation meanwhile,
--         {'KNOWN'} when one of the jobs is an operation's already.
local id, groups, touched = ARGV[1], tonumber(ARGV[8]), tonumber(ARGV[9])
local jobs, indexes, ended = tonumber(ARGV[10]), tonumber(ARGV[11]), ARGV[7] == '1'

if redis.call('EXISTS', KEYS[1]) == 1 then return { 'RECORDED' } end
if ARGV[12] ~= '' and redis.call('GET', KEYS[5]) ~= ARGV[12] then return { 'GUARDED' } end

for i = 1, groups do
  local holder = redis.call('GET', KEYS[5 + i])
  if holder then return { 'BUSY', holder } end
end
for i = 1, groups do
  if (redis.call('GET', KEYS[5 + groups + i]) or '') ~= ARGV[12 + i] then return { 'STALE' } end
end
local at = 5 + 2 * groups
for i = at + 1, at + jobs do
  if redis.call('EXISTS', KEYS[i]) == 1 then return { 'KNOWN' } end
end

for i = 1, touched do redis.call('SET', KEYS[5 + (ended and groups or 0) + i], id) end
redis.call('HSET', KEYS[1], 'v', 1, 'w', ARGV[5], 'r', ARGV[2])
if not ended then redis.call('ZADD', KEYS[4], ARGV[4], id) end
for i = at + 1, at + jobs + indexes do redis.call('ZADD', KEYS[i], ARGV[4], id) end
local event = redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[6], '*', 'e', ARGV[3])
redis.call('XADD', KEYS[2], event, 'e', ARGV[3])
return { 'RECORDED' }
