-- Load the inventory of one flight, unless it is loaded already. An outdated snapshot is harmless, because Postgres decides last.
--
-- KEYS[1]  inv:{F}   hash, field `free`
-- KEYS[2]  rsv:{F}   hash, booking id -> seats
-- ARGV[1]  free seats
-- ARGV[2]  unix time in seconds at which both keys expire
-- ARGV[3..] booking id, seats, booking id, seats, ...: the bookings that have the other seats
--
-- Returns 1 if it was loaded, 0 if it was there already.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[1], 'free', ARGV[1])
for i = 3, #ARGV, 2 do
  redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
end
redis.call('EXPIREAT', KEYS[1], ARGV[2])
-- Redis has no empty hashes, so an entry `-` is added: the key must exist to get its lifetime before the first reservation.
redis.call('HSETNX', KEYS[2], '-', 'R')
redis.call('EXPIREAT', KEYS[2], ARGV[2])
return 1
