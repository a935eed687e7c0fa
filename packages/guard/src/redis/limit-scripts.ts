// Limits and the call ledger in Lua: what `stores/memory-limits.ts` does, as operations that Redis runs one at a time.
import { NOW } from "./claim-scripts.ts";
import { eachOf } from "./each.ts";

const CLOCK = `${NOW}
local clockOf = remembering(function(given)
  local nowMs = nowOf(given)
  return { nowMs = nowMs, written = format('%.0f', nowMs) }
end)
`;

/**
 * Keys: one a spend; arguments after the time: its limit and window. Of each key the times of the last `limit` spends
 * are kept, so that the first of them says when there is room. The index of what refused and for how long, or nothing.
 */
export const SPEND = eachOf(
  `${CLOCK}
local GRANTED = {}
`,
  `
local clock = clockOf(ARGV[a + 1])
for i = 1, keyCount do
  local limit, windowMs = ARGV[a + 2 * i], ARGV[a + 2 * i + 1]
  local first = call('LINDEX', KEYS[k + i], '-' .. limit)
  local freeAtMs = first and tonumber(first) + windowMs or clock.nowMs
  if freeAtMs > clock.nowMs then return { i - 1, freeAtMs - clock.nowMs } end
end
for i = 1, keyCount do
  local key, limit = KEYS[k + i], ARGV[a + 2 * i]
  if call('RPUSH', key, clock.written) > tonumber(limit) then call('LTRIM', key, '-' .. limit, -1) end
  call('PEXPIRE', key, ARGV[a + 2 * i + 1])
end
return GRANTED
`,
);

/**
 * A call is one text: whether it is begun or finished, when its lease ends and for how long it is remembered after that,
 * and its tail: how long the digest, the event's id and the token are, those three, and what it came to.
 */
const CALLS = `${CLOCK}
local CALL = '^(%a+) (%d+) (%d+) ()(%d+) (%d+) (%d+) ()'
`;

/**
 * Arguments: the terms, which are the time, how long the lease is, and how long it is remembered; the digest, the event's
 * id and the token. What is begun already under the same token was not answered, and is begun again.
 */
export const BEGIN = eachOf(
  `${CALLS}
local BEGUN = { 'begun' }

local termsOf = remembering(function(text)
  local given, leaseMs, rememberMs = match(text, '^(%S+) (%S+) (%S+)$')
  local nowMs = clockOf(given).nowMs
  return {
    nowMs = nowMs, head = format('begun %.0f %.0f ', nowMs + leaseMs, rememberMs), forMs = format('%.0f', leaseMs + rememberMs),
  }
end)
`,
  `
local key, terms, digest, eventId, token = KEYS[k + 1], termsOf(ARGV[a + 1]), ARGV[a + 2], ARGV[a + 3], ARGV[a + 4]
local answer = BEGUN
local text = call('GET', key)
if text then
  local state, leaseEndsMs, rememberMs, at, digestLength, idLength, tokenLength, from = match(text, CALL)
  if leaseEndsMs + rememberMs > terms.nowMs then
    local idFrom = from + digestLength
    local tokenFrom = idFrom + idLength
    local resultFrom = tokenFrom + tokenLength
    if sub(text, from, idFrom - 1) ~= digest then return { 'conflict' } end
    if state == 'finished' then return { 'finished', sub(text, resultFrom) } end
    local forMs = leaseEndsMs - terms.nowMs
    if forMs > 0 and sub(text, tokenFrom, resultFrom - 1) ~= token then return { 'in-flight', forMs } end
    eventId = sub(text, idFrom, tokenFrom - 1)
    answer = { 'begun', eventId }
  end
end
local lengths = format('%d %d %d ', #digest, #eventId, #token)
call('SET', key, terms.head .. lengths .. digest .. eventId .. token, 'PX', terms.forMs)
return answer
`,
);

/** Arguments: the time, the token, how it ended, and what it came to. */
export const END = eachOf(
  CALLS,
  `
local key, clock, token, kind, result = KEYS[k + 1], clockOf(ARGV[a + 1]), ARGV[a + 2], ARGV[a + 3], ARGV[a + 4]
local text = call('GET', key)
if not text then return 0 end
local state, leaseEndsMs, rememberMs, at, digestLength, idLength, tokenLength, from = match(text, CALL)
local tokenFrom = from + digestLength + idLength
local resultFrom = tokenFrom + tokenLength
if sub(text, tokenFrom, resultFrom - 1) ~= token then return 0 end
if kind == 'refused' then return call('DEL', key) end
if kind == 'finished' then state = 'finished' else result = sub(text, resultFrom) end
call('SET', key, state .. ' ' .. clock.written .. ' ' .. rememberMs .. ' ' .. sub(text, at, resultFrom - 1) .. result, 'PX', rememberMs)
return 1
`,
);
