-- Takes a lease, or gives it back. A request that is sent again finds its own.
-- KEYS: the owner of the lease. ARGV: the owner who asks, for how many milliseconds; 0 gives it back.
local owner = redis.call('GET', KEYS[1])
if ARGV[2] == '0' then
    if owner == ARGV[1] then
        redis.call('DEL', KEYS[1])
    end
    return 1
end
if owner and owner ~= ARGV[1] then
    return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
