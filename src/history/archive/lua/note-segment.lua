-- Notes a segment, or forgets it, if the caller still is the one who moves operations.
--
-- KEYS  1 segments   2 version   3 lease
-- ARGV  1 who   2 name of the segment   3 what it holds ('' = forget it)
--
-- Returns 1, or 0 when the lease is not the caller's. Doing it twice changes nothing.
if redis.call('GET', KEYS[3]) ~= ARGV[1] then return 0 end
if (redis.call('HGET', KEYS[1], ARGV[2]) or '') == ARGV[3] then return 1 end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[2])
else redis.call('HSET', KEYS[1], ARGV[2], ARGV[3]) end
redis.call('INCR', KEYS[2])
return 1
