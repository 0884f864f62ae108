-- Gives days of one route, and the route, a new version.
--
-- KEYS     route-version:{R}:D of one route R, any number of days D; calendar-version:{R}
-- ARGV[1]  the version
-- ARGV[2]  lifetime in seconds
--
-- Returns nothing.
for _, key in ipairs(KEYS) do
  redis.call('SET', key, ARGV[1], 'EX', ARGV[2])
end
