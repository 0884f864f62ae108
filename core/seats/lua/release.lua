-- Release the seats of bookings on one flight. Seats are only added to `free` if the booking had them and the inventory is loaded.
--
-- KEYS[1]  inv:{F}   hash, field `free`
-- KEYS[2]  rsv:{F}   hash, booking id -> seats, or `R` once released
-- ARGV[1]  `R`: the booking has ended, mark it as released (it can never reserve again); `-`: it will try again, delete its entry
-- ARGV[2..] booking ids
--
-- Returns the number of released seats.
if redis.call('EXISTS', KEYS[1]) == 0 then
  -- Otherwise HINCRBY would create a wrong inventory, and the mark `R` would create a key without a lifetime.
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
  if ARGV[1] == 'R' then
    redis.call('HSET', KEYS[2], id, 'R')
  else
    redis.call('HDEL', KEYS[2], id)
  end
end
if back > 0 then
  redis.call('HINCRBY', KEYS[1], 'free', back)
end
return back
