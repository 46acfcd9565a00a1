-- Reads who wrote each of these records last: one command, however many they are.
--
-- KEYS  records
--
-- Returns the id of the last write of each; false for one that is not there. Changes nothing.
local found = {}
for i = 1, #KEYS do found[i] = redis.call('HGET', KEYS[i], 'w') end
return found
