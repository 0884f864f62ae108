-- Take tokens from a token bucket. The time is the server's, so all processes see the same bucket.
--
-- KEYS[1]  bucket:{W}   hash: `tokens` at the time `at` (seconds); it expires when the bucket would be full again
-- ARGV[1]  tokens added per second
-- ARGV[2]  tokens that the bucket can hold
-- ARGV[3]  the most tokens to take
-- ARGV[4]  tokens that the process has spent already without asking; the bucket may be below zero afterwards
--
-- Returns {taken, wait, left}. taken: tokens taken, 0 if less than one was there. wait: if 0 were taken, the milliseconds until there is
-- one. left: whole tokens that are left.
local rate = tonumber(ARGV[1])
local burst = tonumber(ARGV[2])
local spent = tonumber(ARGV[4])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000

local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = burst
if kept[1] then
  tokens = math.min(burst, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) * rate)
end

tokens = tokens - spent
local taken = math.max(0, math.min(tonumber(ARGV[3]), math.floor(tokens)))
local wait = 0
if taken == 0 then
  wait = math.ceil((1 - tokens) / rate * 1000)
  if spent == 0 then
    return {0, wait, 0}
  end
end
tokens = tokens - taken
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) / rate * 1000))
return {taken, wait, math.max(0, math.floor(tokens))}
