-- Adds journals that were known before to the roll; who was seen later stays as it is.
--
-- KEYS  1 roll
-- ARGV  fields and their values (ms)
for i = 1, #ARGV, 2 do
  local seen = tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or '0')
  if seen < tonumber(ARGV[i + 1]) then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
return 1
