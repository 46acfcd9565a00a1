-- Leaves a note of when a process was here, unless the data is not what it looked at: what went back in time keeps the note
-- of then, also when the command was on its way meanwhile.
--
-- KEYS  1 the note
-- ARGV  1 the note that was seen, '' = none   2 now (ms)   3 for how long it is kept (ms)
--
-- Returns 1 when it is there, now or from before; 0 when the note is not the one that was seen.
local note = redis.call('GET', KEYS[1]) or ''
if note == ARGV[2] then return 1 end
if note ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
