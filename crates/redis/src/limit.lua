-- The generic cell rate algorithm, by the server's clock, in microseconds.
-- KEYS: a hash of due, when the next request would be due if they were evenly spaced, and held, until when nobody may start.
-- ARGV: what is asked: reserve (interval, burst, cost, patience or -1), hold (for how long), held.
-- Gives whether it was done, a wait, and the time.
local MOST = 9e15
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local state = redis.call('HMGET', KEYS[1], 'due', 'held')
local due, held = tonumber(state[1] or 0), tonumber(state[2] or 0)

local function keep()
    redis.call('HSET', KEYS[1], 'due', string.format('%.0f', due), 'held', string.format('%.0f', held))
    -- Once both are over, a key that is missing says the same.
    local left = math.max(due, held, now) - now
    redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(left / 1000) + 1000))
end

if ARGV[1] == 'held' then
    return {1, math.max(held - now, 0), now}
end
if ARGV[1] == 'hold' then
    held = math.max(held, math.min(now + tonumber(ARGV[2]), MOST))
    keep()
    return {1, math.max(held - now, 0), now}
end
local interval, burst, cost, patience = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local tolerance = interval * math.max(burst - cost, 0)
local arrival = math.max(now, due)
if held > now then
    arrival = math.max(arrival, held + tolerance)
end
local wait = math.max(arrival - tolerance - now, 0) + interval * math.max(cost - burst, 0)
wait = math.min(wait, MOST)
if patience >= 0 and wait > patience then
    return {0, wait, now}
end
due = math.min(arrival + interval * cost, MOST)
keep()
return {1, wait, now}
