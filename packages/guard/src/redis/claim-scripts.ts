// The claim protocol in Lua, as `stores/claim-record.ts` says it: Redis runs one script at a time. Times that a script
// writes are formatted, since Lua would write a time of this century in powers of ten.

import { eachOf } from "./each.ts";

/** Of a time that is given, or -1 for the server's own, which stands still while a script runs. */
export const NOW = `
local time = call('TIME')
local serversMs = time[1] * 1000 + math.floor(time[2] / 1000)
local match, sub, format, tonumber = string.match, string.sub, string.format, tonumber

local function nowOf(given)
  local ms = tonumber(given)
  return ms >= 0 and ms or serversMs
end

-- What many ask under the same terms is worked out once.
local function remembering(workOut)
  local known = {}
  return function(text)
    local found = known[text]
    if not found then
      found = workOut(text)
      known[text] = found
    end
    return found
  end
end
`;

/**
 * A record is one text: state, attempts started and finished, two times, and its tail: how long the digest is, the
 * digest and the token, which may be any text. As a hash of seven fields it took a fifth more memory, and Redis a sixth
 * more work for all of a message; numbers are made of text, and text of numbers, only where it cannot be left alone.
 */
const RECORDS = `${NOW}
local function tailOf(text, at)
  local length, from = match(text, '^(%d+) ()', at)
  return sub(text, from, from + length - 1), sub(text, from + length)
end

local function headOf(state, started, finished, untilMs, expiresAtMs)
  return format('%s %d %d %.0f %.0f ', state, started, finished, untilMs, expiresAtMs)
end

local function find(key, nowMs)
  local text = call('GET', key)
  if not text then return nil end
  local state, started, finished, untilMs, expiresAtMs, at = match(text, '^(%a+) (%d+) (%d+) (%d+) (%d+) ()')
  expiresAtMs = tonumber(expiresAtMs)
  if expiresAtMs <= nowMs then return nil end
  local digest, token = tailOf(text, at)
  return {
    state = state, started = tonumber(started), finished = tonumber(finished), untilMs = tonumber(untilMs),
    expiresAtMs = expiresAtMs, digest = digest, token = token, tail = sub(text, at),
  }
end

local function write(key, r, nowMs)
  local head = headOf(r.state, r.started, r.finished, r.untilMs, r.expiresAtMs)
  call('SET', key, head .. r.tail, 'PX', format('%.0f', r.expiresAtMs - nowMs))
end
`;

/**
 * Keys: the claim's, then those of its earlier generations. Arguments: the terms, which are the time, whether it is
 * stale, how long the lease is, how long it is remembered, and the two budgets; and the tail of a record that it gets.
 */
export const CLAIM = eachOf(
  `${RECORDS}
local STALE, FIRST = { 'stale' }, { 'granted', 1, 0 }

local termsOf = remembering(function(text)
  local given, stale, leaseMs, rememberMs, maxFailures, maxCrashes = match(text, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+)$')
  local nowMs = nowOf(given)
  local untilMs = nowMs + leaseMs
  local expiresAtMs = math.max(nowMs + rememberMs, untilMs)
  return {
    nowMs = nowMs, isStale = stale == '1', untilMs = untilMs, expiresAtMs = expiresAtMs,
    maxFailures = tonumber(maxFailures), maxCrashes = tonumber(maxCrashes),
    first = headOf('held', 1, 0, untilMs, expiresAtMs), forMs = format('%.0f', expiresAtMs - nowMs),
  }
end)

-- From now on no copy of an earlier generation is taken for one that is new.
local function buryEarlier(k, keyCount, tail, expiresAtMs, nowMs)
  for i = k + 2, k + keyCount do
    if not find(KEYS[i], nowMs) then
      write(KEYS[i], { state = 'dead', started = 0, finished = 0, untilMs = 0, expiresAtMs = expiresAtMs, tail = tail }, nowMs)
    end
  end
end
`,
  `
local key, terms, tail = KEYS[k + 1], termsOf(ARGV[a + 1]), ARGV[a + 2]
local nowMs = terms.nowMs
for i = k + 2, k + keyCount do
  local earlier = find(KEYS[i], nowMs)
  if earlier and earlier.state ~= 'dead' and earlier.state ~= 'condemned' then return { 'done' } end
end

local found = find(key, nowMs)
if not found then
  if terms.isStale then return STALE end
  call('SET', key, terms.first .. tail, 'PX', terms.forMs)
  buryEarlier(k, keyCount, tail, terms.expiresAtMs, nowMs)
  return FIRST
end
local digest, token = tailOf(tail)
if found.digest ~= digest then return { 'conflict' } end
found.expiresAtMs = math.max(found.expiresAtMs, terms.expiresAtMs)
if found.state == 'committed' or found.state == 'dead' then
  write(key, found, nowMs)
  return { found.state == 'dead' and 'dead' or 'done' }
end
-- The same claim asked again, because its answer was lost: no attempt has begun under it, and none may be counted.
local again = found.token == token and (found.state == 'held' or found.state == 'condemned')
if found.untilMs > nowMs and not again then return { 'busy', found.untilMs - nowMs } end
found.untilMs = terms.untilMs

local function granted()
  write(key, found, nowMs)
  buryEarlier(k, keyCount, found.tail, found.expiresAtMs, nowMs)
  return { 'granted', found.started, found.finished }
end
if again and found.state == 'held' then return granted() end

local budget = nil
if found.finished >= terms.maxFailures then budget = 'failures'
elseif found.started - found.finished >= terms.maxCrashes then budget = 'crashes'
elseif found.state == 'condemned' then budget = 'verdict' end
found.tail = tail
if budget then
  found.state = 'condemned'
  write(key, found, nowMs)
  return { 'exhausted', found.started, budget }
end
found.state = 'held'
found.started = found.started + 1
return granted()
`,
);

/**
 * Arguments: the terms, which are the time, the kind, and how long it is for; and the token. 1 when changed, 0 when the
 * token is not the owner's.
 */
export const CHANGE = eachOf(
  `${RECORDS}
local ENDS_AS = { commit = 'committed', bury = 'dead' }

local termsOf = remembering(function(text)
  local given, kind, ms = match(text, '^(%S+) (%S+) (%S+)$')
  return { nowMs = nowOf(given), kind = kind, ms = tonumber(ms) }
end)
`,
  `
local key, terms, token = KEYS[k + 1], termsOf(ARGV[a + 1]), ARGV[a + 2]
local kind, nowMs = terms.kind, terms.nowMs
local text = call('GET', key)
if not text then return 0 end
local state, started, finished, untilMs, expiresAtMs, at = match(text, '^(%a+) (%d+) (%d+) (%d+) (%d+) ()')
if tonumber(expiresAtMs) <= nowMs or select(2, tailOf(text, at)) ~= token then return 0 end
if state ~= 'held' and not (state == 'condemned' and (kind == 'bury' or kind == 'renew')) then return 0 end

local ending = ENDS_AS[kind]
if ending then
  call('SET', key, ending .. ' ' .. started .. ' ' .. finished .. ' 0 ' .. expiresAtMs .. ' ' .. sub(text, at), 'KEEPTTL')
  return 1
end
started, finished, untilMs = tonumber(started), tonumber(finished), nowMs + terms.ms
if kind == 'fail' or kind == 'condemn' then finished = finished + 1 end
if kind == 'release' then started = math.max(finished, started - 1) end
if kind == 'fail' or kind == 'release' then state = 'free' end
if kind == 'condemn' then state = 'condemned' end
write(key, {
  state = state, started = started, finished = finished, untilMs = untilMs,
  expiresAtMs = math.max(tonumber(expiresAtMs), untilMs), tail = sub(text, at),
}, nowMs)
return 1
`,
);
