-- Keeps a record if it follows what is kept. Versions are compared as text, for a number would round them.
-- KEYS: a hash of version and record. ARGV: the version before, the next one, the record.
local now = redis.call('HMGET', KEYS[1], 'version', 'record')
if (now[1] or '0') ~= ARGV[1] then
    return {0, now[1] or '0', now[2] or ''}
end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'record', ARGV[3])
return {1, ARGV[2], ''}
