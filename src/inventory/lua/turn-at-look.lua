-- Goes on with a turn at looking, or ends it, if it is still ours.
--
-- KEYS  1 the turn
-- ARGV  1 whose it is
--       2 for how long it is his from now on, milliseconds; 0 = he is done
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'OVER' end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 'OURS'
