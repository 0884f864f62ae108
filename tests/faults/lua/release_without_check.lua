-- The release script as it must not be: seats go back for whoever asks, as often as they ask.
if redis.call('EXISTS', KEYS[1]) == 0 then
  -- A bare HINCRBY would make an inventory out of nothing, and a tombstone a key that nobody ever removes.
  return 0
end
local ids = {}
for i = 2, #ARGV do
  ids[#ids + 1] = ARGV[i]
end
local held = redis.call('HMGET', KEYS[2], unpack(ids))
local back = 0
for i, id in ipairs(ids) do
  if held[i] and held[i] ~= 'R' then
    back = back + tonumber(held[i])
  end
  if ARGV[1] ~= 'R' then
    redis.call('HDEL', KEYS[2], id)
  end
end
if back > 0 then
  redis.call('HINCRBY', KEYS[1], 'free', back)
end
return back
