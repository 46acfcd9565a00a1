-- Ends a turn at looking, if it is still ours.
--
-- KEYS  1 the turn
-- ARGV  1 whose it is
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 'OK'
