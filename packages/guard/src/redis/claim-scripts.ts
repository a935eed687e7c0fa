// The claim protocol in Lua, as `stores/claim-record.ts` says it: Redis runs one script at a time. Times that a script
// writes are formatted, since Lua would write a time of this century in powers of ten.

import { eachOf } from "./each.ts";

/** Of a time that is given, or -1 for the server's own, which stands still while a script runs. */
export const NOW = `
local time = redis.call('TIME')
local function nowOf(given)
  local ms = tonumber(given)
  return ms >= 0 and ms or time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

/**
 * A record is one text: state, attempts started and finished, two times, how long the digest is, then the digest and the
 * token, which may be any text. As a hash of seven fields it took a fifth more memory, and Redis a sixth more work for
 * all of a message.
 */
const RECORDS = `${NOW}
local call, match, format = redis.call, string.match, string.format
local nowMs

local function find(key)
  local text = call('GET', key)
  if not text then return nil end
  local state, started, finished, untilMs, expiresAtMs, length, at = match(text, '^(%a+) (%d+) (%d+) (%d+) (%d+) (%d+) ()')
  expiresAtMs = tonumber(expiresAtMs)
  if expiresAtMs <= nowMs then return nil end
  return {
    digest = text:sub(at, at + length - 1), state = state, token = text:sub(at + length), started = tonumber(started),
    finished = tonumber(finished), untilMs = tonumber(untilMs), expiresAtMs = expiresAtMs,
  }
end

local function textOf(r)
  return format('%s %d %d %.0f %.0f %d ', r.state, r.started, r.finished, r.untilMs, r.expiresAtMs, #r.digest) .. r.digest .. r.token
end

local function write(key, r) call('SET', key, textOf(r), 'PX', format('%.0f', r.expiresAtMs - nowMs)) end
`;

/** Keys: the claim's, then those of its earlier generations. */
export const CLAIM = eachOf(
  RECORDS,
  `
nowMs = nowOf(args[1])
local digest, stale, leaseMs, rememberMs = args[2], args[3] == '1', tonumber(args[4]), tonumber(args[5])
local maxFailures, maxCrashes, token = tonumber(args[6]), tonumber(args[7]), args[8]

for i = 2, #keys do
  local earlier = find(keys[i])
  if earlier and earlier.state ~= 'dead' and earlier.state ~= 'condemned' then return { 'done' } end
end

local found = find(keys[1])
local untilMs = nowMs + leaseMs
local expiresAtMs = math.max(found and found.expiresAtMs or 0, nowMs + rememberMs, untilMs)

local function granted(record)
  write(keys[1], record)
  for i = 2, #keys do
    if not find(keys[i]) then
      write(keys[i], { digest = record.digest, state = 'dead', token = record.token, started = 0, finished = 0,
        untilMs = 0, expiresAtMs = record.expiresAtMs })
    end
  end
  return { 'granted', record.started, record.finished }
end

if not found then
  if stale then return { 'stale' } end
  return granted({ digest = digest, state = 'held', token = token, started = 1, finished = 0, untilMs = untilMs, expiresAtMs = expiresAtMs })
end
if found.digest ~= digest then return { 'conflict' } end
if found.state == 'committed' or found.state == 'dead' then
  found.expiresAtMs = expiresAtMs
  write(keys[1], found)
  return { found.state == 'dead' and 'dead' or 'done' }
end
-- The same claim asked again, because its answer was lost: no attempt has begun under it, and none may be counted.
local again = found.token == token and (found.state == 'held' or found.state == 'condemned')
if found.untilMs > nowMs and not again then return { 'busy', found.untilMs - nowMs } end
found.untilMs = untilMs
found.expiresAtMs = expiresAtMs
if again and found.state == 'held' then return granted(found) end

local budget = nil
if found.finished >= maxFailures then budget = 'failures'
elseif found.started - found.finished >= maxCrashes then budget = 'crashes'
elseif found.state == 'condemned' then budget = 'verdict' end
found.token = token
if budget then
  found.state = 'condemned'
  write(keys[1], found)
  return { 'exhausted', found.started, budget }
end
found.state = 'held'
found.started = found.started + 1
return granted(found)
`,
);

/** 1 when changed, 0 when the token is not the owner's. */
export const CHANGE = eachOf(
  RECORDS,
  `
nowMs = nowOf(args[1])
local kind, token, ms = args[2], args[3], tonumber(args[4])
local found = find(keys[1])
if not found or found.token ~= token then return 0 end
if found.state ~= 'held' and not (found.state == 'condemned' and (kind == 'bury' or kind == 'renew')) then return 0 end

if kind == 'commit' or kind == 'bury' then
  found.state = kind == 'bury' and 'dead' or 'committed'
  found.untilMs = 0
else
  found.untilMs = nowMs + ms
  found.expiresAtMs = math.max(found.expiresAtMs, found.untilMs)
  if kind == 'fail' or kind == 'condemn' then found.finished = found.finished + 1 end
  if kind == 'release' then found.started = math.max(found.finished, found.started - 1) end
  if kind == 'fail' or kind == 'release' then found.state = 'free' end
  if kind == 'condemn' then found.state = 'condemned' end
end
write(keys[1], found)
return 1
`,
);
