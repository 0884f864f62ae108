-- Reserve seats of one flight for a batch of bookings. Each booking gets all its seats or none. A booking that has reserved its seats before
-- gets the code ALREADY and no further seats, so repeating the script after a crash is safe.
--
-- KEYS[1]  inv:{F}   hash, field `free`
-- KEYS[2]  rsv:{F}   hash, booking id -> seats, or `R` once released
-- ARGV     booking id, seats, booking id, seats, ...
--
-- Returns one code for each booking, in the order of the arguments:
--    1  NEW         the seats are reserved now
--    2  ALREADY     this booking reserved the same number of seats before
--    0  SOLD_OUT    fewer seats are free than requested
--   -1  NOT_LOADED  the flight's inventory is not loaded
--   -3  RELEASED    this booking has ended and released its seats, so it cannot reserve again
--   -4  MISMATCH    this booking has reserved another number of seats before
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
  local earlier = mine[id] or held[i]
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
