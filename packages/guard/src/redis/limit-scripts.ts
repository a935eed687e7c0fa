// Limits and the call ledger in Lua: what `stores/memory-limits.ts` does, as operations that Redis runs one at a time.
import { NOW } from "./claim-scripts.ts";
import { eachOf } from "./each.ts";

/**
 * Keys: one a spend; arguments after the time: its limit and window. Of each key the times of the last `limit` spends
 * are kept, so that the first of them says when there is room. The index of what refused and for how long, or nothing.
 */
export const SPEND = eachOf(
  NOW,
  `
local nowMs = nowOf(args[1])
for i = 1, #keys do
  local limit, windowMs = tonumber(args[2 * i]), tonumber(args[2 * i + 1])
  local first = redis.call('LINDEX', keys[i], -limit)
  local freeAtMs = first and tonumber(first) + windowMs or nowMs
  if freeAtMs > nowMs then return { i - 1, freeAtMs - nowMs } end
end
for i = 1, #keys do
  local limit, windowMs = args[2 * i], args[2 * i + 1]
  redis.call('RPUSH', keys[i], string.format('%.0f', nowMs))
  redis.call('LTRIM', keys[i], '-' .. limit, -1)
  redis.call('PEXPIRE', keys[i], windowMs)
end
return {}
`,
);

/** What is begun already under the same token was not answered, and is begun again. */
export const BEGIN = eachOf(
  NOW,
  `
local nowMs = nowOf(args[1])
local digest, eventId, token, leaseMs, rememberMs = args[2], args[3], args[4], tonumber(args[5]), tonumber(args[6])
local v = redis.call('HMGET', keys[1], 'digest', 'eventId', 'result', 'leaseEndsMs', 'expiresAtMs', 'token')
if v[1] and tonumber(v[5]) > nowMs then
  if v[1] ~= digest then return { 'conflict' } end
  if v[3] then return { 'finished', v[3] } end
  if tonumber(v[4]) > nowMs and v[6] ~= token then return { 'in-flight', tonumber(v[4]) - nowMs } end
  eventId = v[2]
end
local leaseEndsMs = nowMs + leaseMs
if v[1] then redis.call('DEL', keys[1]) end
redis.call('HSET', keys[1], 'digest', digest, 'eventId', eventId, 'token', token,
  'leaseEndsMs', string.format('%.0f', leaseEndsMs), 'expiresAtMs', string.format('%.0f', leaseEndsMs + rememberMs))
redis.call('PEXPIRE', keys[1], string.format('%.0f', leaseMs + rememberMs))
return { 'begun', eventId }
`,
);

/** A key always expires as long after its lease's end as it is to be remembered. */
export const END = eachOf(
  NOW,
  `
local nowMs = nowOf(args[1])
local token, kind, result = args[2], args[3], args[4]
local v = redis.call('HMGET', keys[1], 'token', 'leaseEndsMs', 'expiresAtMs')
if v[1] ~= token then return 0 end
if kind == 'refused' then return redis.call('DEL', keys[1]) end
local rememberMs = tonumber(v[3]) - tonumber(v[2])
local fields = { 'leaseEndsMs', string.format('%.0f', nowMs), 'expiresAtMs', string.format('%.0f', nowMs + rememberMs) }
if kind == 'finished' then
  table.insert(fields, 'result')
  table.insert(fields, result)
end
redis.call('HSET', keys[1], unpack(fields))
redis.call('PEXPIRE', keys[1], string.format('%.0f', rememberMs))
return 1
`,
);
