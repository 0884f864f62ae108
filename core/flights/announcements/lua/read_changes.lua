-- Reads the changes since a version.
--
-- KEYS[1]  {timetable}:version
-- KEYS[2]  {timetable}:changes, newest first
-- ARGV[1]  the version that the reader knows, 0 for none
-- ARGV[2]  the first version of a new log
--
-- Returns the version, 1 if all changes since are known and 0 if not, and the changes.
local version = redis.call('GET', KEYS[1])
if not version then
  redis.call('SET', KEYS[1], ARGV[2])
  redis.call('DEL', KEYS[2])
  return {ARGV[2], 0}
end
local behind = tonumber(version) - tonumber(ARGV[1])
if behind == 0 then
  return {version, 1}
end
if behind < 0 or behind > redis.call('LLEN', KEYS[2]) then
  return {version, 0}
end
local answer = {version, 1}
for _, change in ipairs(redis.call('LRANGE', KEYS[2], 0, behind - 1)) do
  answer[#answer + 1] = change
end
return answer
