-- Adds one change to the log of the timetable.
--
-- KEYS[1]  {timetable}:version
-- KEYS[2]  {timetable}:changes, newest first
-- ARGV[1]  the first version of a new log: microseconds since 1970, which is greater than every version of a log that was lost
-- ARGV[2]  the change
-- ARGV[3]  how many changes are kept
--
-- Returns nothing.
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('SET', KEYS[1], ARGV[1])
  redis.call('DEL', KEYS[2])
end
redis.call('INCR', KEYS[1])
redis.call('LPUSH', KEYS[2], ARGV[2])
redis.call('LTRIM', KEYS[2], 0, ARGV[3] - 1)
