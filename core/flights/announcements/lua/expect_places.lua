-- Gives the list of places a new version, unless it has all these places.
--
-- KEYS     {airports}:known, {airports}:turn, {airports}:version
-- ARGV[1]  the version
-- ARGV[2..] keys of places that have a flight; none: the list is out of date in any case
--
-- Returns nothing.
local lacks = #ARGV == 1
for place = 2, #ARGV do
  if redis.call('SISMEMBER', KEYS[1], ARGV[place]) == 0 then
    lacks = true
    break
  end
end
if lacks then
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('SET', KEYS[3], ARGV[1])
end
