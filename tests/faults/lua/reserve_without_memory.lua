-- The reserve script as it must not be: it forgets what a booking took before.
local free = tonumber(redis.call('HGET', KEYS[1], 'free'))
local ids = {}
for i = 1, #ARGV, 2 do
  ids[#ids + 1] = ARGV[i]
end
local held = redis.call('HMGET', KEYS[2], unpack(ids))

local codes = {}
local taken = {}
local mine = {}
local before = free
for i, id in ipairs(ids) do
  local seats = ARGV[i * 2]
  local earlier = nil
  if earlier == seats then
    codes[i] = 2
  elseif earlier == 'R' then
    codes[i] = -3
  elseif earlier then
    codes[i] = -4
  elseif not free then
    codes[i] = -1
  elseif free < tonumber(seats) then
    codes[i] = 0
  else
    free = free - tonumber(seats)
    mine[id] = seats
    taken[#taken + 1] = id
    taken[#taken + 1] = seats
    codes[i] = 1
  end
end
if #taken > 0 then
  redis.call('HINCRBY', KEYS[1], 'free', free - before)
  redis.call('HSET', KEYS[2], unpack(taken))
end
return codes
