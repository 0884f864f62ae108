-- Stores the places of a list that was computed. If a change was announced or another process began to compute it meanwhile, the list gets a
-- new version instead.
--
-- KEYS     {airports}:known, {airports}:turn, {airports}:version
-- ARGV[1]  the token that `served_places.begin` returned for this computation
-- ARGV[2]  a version, should the list be out of date already
-- ARGV[3]  lifetime in seconds
-- ARGV[4..] keys of the places
--
-- Returns nothing.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  redis.call('SET', KEYS[3], ARGV[2])
  return
end
redis.call('DEL', KEYS[1], KEYS[2])
for place = 4, #ARGV do
  redis.call('SADD', KEYS[1], ARGV[place])
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
