// Limits and the call ledger in Lua: what `stores/memory-limits.ts` does, as operations that Redis runs one at a time.
import { NOW } from "./claim-scripts.ts";

/**
 * Keys: one a spend; arguments after the time: its limit and window. Of each key the times of the last `limit` spends
 * are kept, so that the first of them says when there is room. The index of what refused and for how long, or nothing.
 */
export const SPEND = `${NOW}
for i = 1, #KEYS do
  local limit, windowMs = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local first = redis.call('LINDEX', KEYS[i], -limit)
  local freeAtMs = first and tonumber(first) + windowMs or nowMs
  if freeAtMs > nowMs then return { i - 1, freeAtMs - nowMs } end
end
for i = 1, #KEYS do
  local limit, windowMs = ARGV[2 * i], ARGV[2 * i + 1]
  redis.call('RPUSH', KEYS[i], string.format('%.0f', nowMs))
  redis.call('LTRIM', KEYS[i], '-' .. limit, -1)
  redis.call('PEXPIRE', KEYS[i], windowMs)
end
return {}
`;

/** What is begun already under the same token was not answered, and is begun again. */
export const BEGIN = `${NOW}
local digest, eventId, token, leaseMs, rememberMs = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local v = redis.call('HMGET', KEYS[1], 'digest', 'eventId', 'result', 'leaseEndsMs', 'expiresAtMs', 'token')
if v[1] and tonumber(v[5]) > nowMs then
  if v[1] ~= digest then return { 'conflict' } end
  if v[3] then return { 'finished', v[3] } end
  if tonumber(v[4]) > nowMs and v[6] ~= token then return { 'in-flight', tonumber(v[4]) - nowMs } end
  eventId = v[2]
end
local leaseEndsMs = nowMs + leaseMs
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'digest', digest, 'eventId', eventId, 'token', token,
  'leaseEndsMs', string.format('%.0f', leaseEndsMs), 'expiresAtMs', string.format('%.0f', leaseEndsMs + rememberMs))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', leaseMs + rememberMs))
return { 'begun', eventId }
`;

/** A key always expires as long after its lease's end as it is to be remembered. */
export const END = `${NOW}
local token, kind, result = ARGV[2], ARGV[3], ARGV[4]
local v = redis.call('HMGET', KEYS[1], 'token', 'leaseEndsMs', 'expiresAtMs')
if v[1] ~= token then return 0 end
if kind == 'refused' then return redis.call('DEL', KEYS[1]) end
local rememberMs = tonumber(v[3]) - tonumber(v[2])
redis.call('HSET', KEYS[1], 'leaseEndsMs', string.format('%.0f', nowMs), 'expiresAtMs', string.format('%.0f', nowMs + rememberMs))
if kind == 'finished' then redis.call('HSET', KEYS[1], 'result', result) end
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', rememberMs))
return 1
`;
