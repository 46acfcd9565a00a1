-- Keeps what a look at a site showed, if nobody kept anything since the writer read.
--
-- KEYS  1 the site's model
-- ARGV  1 id of the write that the writer built upon ('' = none)   2 id of this write
--       3 version   4 content ('' = as it is there under this version)   5 when each list was looked at
--       6 '1' = the site answered in full: failure, doubt and postponement are over
--
-- Returns 'KEPT' also when this very write was done before (a reply that was lost),
--         'STALE' when somebody else wrote meanwhile: read again, and build upon that.
local last = redis.call('HGET', KEYS[1], 'w') or ''
if last == ARGV[2] then return 'KEPT' end
if last ~= ARGV[1] then return 'STALE' end
if ARGV[4] == '' and redis.call('HGET', KEYS[1], 'v') ~= ARGV[3] then return 'STALE' end

redis.call('HSET', KEYS[1], 'w', ARGV[2], 'v', ARGV[3], 't', ARGV[5])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'm', ARGV[4]) end
if ARGV[6] == '1' then redis.call('HDEL', KEYS[1], 'f', 'd', 'p') end
return 'KEPT'
