// What becomes of what a group has taken, what a stream need not keep, and looking at it, in Lua.
import { GROUP } from "./stream-scripts.ts";

/** Arguments after the group: whether members that wait are to be woken, then ids. */
export const SETTLE = `${GROUP}
local released = false
if redis.call('EXISTS', keys) == 1 then
  for i = 3, #ARGV do released = settle(ARGV[i]) or released end
else
  -- Nothing has a key: together, as many as a call takes arguments.
  for from = 3, #ARGV, 1000 do
    local ids = { unpack(ARGV, from, math.min(from + 999, #ARGV)) }
    redis.call('XACK', stream, group, unpack(ids))
    redis.call('ZREM', due, unpack(ids))
  end
end
if released and ARGV[2] == '1' then wakeOthers() end
return 1
`;

/** Arguments after the group: the member, the id, the delay. Nothing when it is another's by now: its delay is the other's to say. */
export const POSTPONE = `${GROUP}
local member, id, delayMs = ARGV[2], ARGV[3], tonumber(ARGV[4])
if not isOwn(id, member) then return 0 end
redis.call('ZADD', due, written(nowMs + delayMs), id)
disown(id)
return 1
`;

/** Arguments after the group: the member, for how long, then ids: they stay its own for so long. */
export const EXTEND = `${GROUP}
local member, untilMs = ARGV[2], written(nowMs + tonumber(ARGV[3]))
for i = 4, #ARGV do
  if isOwn(ARGV[i], member) then redis.call('ZADD', due, 'XX', untilMs, ARGV[i]) end
end
redis.call('ZADD', orders, 'XX', untilMs, member)
return 1
`;

/** Arguments after the group: the member, whether it leaves, then the ids that it knows of. All others that are its own go back. */
export const GIVE_BACK = `${GROUP}
local member, leaves = ARGV[2], ARGV[3] == '1'
local known, back = {}, {}
for i = 4, #ARGV do known[ARGV[i]] = true end
eachPending(member, function(id) if not known[id] then table.insert(back, id) end end)
for i = #back, 1, -1 do
  redis.call('LPUSH', ready, back[i])
  redis.call('ZREM', due, back[i])
  disown(back[i])
end
if leaves then
  redis.call('ZREM', orders, member)
  if #redis.call('XPENDING', stream, group, '-', '+', 1, member) == 0 then redis.call('XGROUP', 'DELCONSUMER', stream, group, member) end
end
if #back > 0 or leaves then wakeOthers() end
return #back
`;

/**
 * Keys: the stream, and where the last removed id is kept. Argument: how long a message is kept. Removes what is older
 * and owed to no group, whoever's it is.
 */
export const TRIM = `#!lua flags=allow-oom
local stream, removed = KEYS[1], KEYS[2]
local time = redis.call('TIME')
local cutoffMs = time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(ARGV[1])
if cutoffMs <= 0 then return 0 end
local function sortable(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return string.rep('0', 20 - #ms) .. ms .. string.rep('0', 20 - #seq) .. seq
end
local groups = redis.pcall('XINFO', 'GROUPS', stream)
if groups.err then return 0 end
local keepFrom = string.format('%.0f-0', cutoffMs)
for _, group in ipairs(groups) do
  local owed = redis.call('XPENDING', stream, group[2])[2]
  if not owed then
    local next = redis.call('XRANGE', stream, '(' .. group[8], '+', 'COUNT', 1)[1]
    owed = next and next[1]
  end
  if owed and sortable(owed) < sortable(keepFrom) then keepFrom = owed end
end
local last = redis.call('XREVRANGE', stream, '(' .. keepFrom, '-', 'COUNT', 1)[1]
if not last then return 0 end
redis.call('SET', removed, last[1])
return redis.call('XTRIM', stream, 'MINID', '=', keepFrom)
`;

/**
 * Keys: the stream, and where the last removed id is kept. Arguments: after which id, and how many. The entries as id
 * and bytes; whether some after the id were removed.
 */
export const BROWSE = `#!lua flags=no-writes
local stream, removed = KEYS[1], KEYS[2]
local after, most = ARGV[1], ARGV[2]
local found = {}
for _, entry in ipairs(redis.call('XRANGE', stream, after == '' and '-' or '(' .. after, '+', 'COUNT', most)) do
  local bytes
  for i = 1, #entry[2] - 1, 2 do
    if entry[2][i] == 'bytes' then bytes = bytes or entry[2][i + 1] end
  end
  table.insert(found, { entry[1], bytes or '' })
end
if after == '' then return { found, 0 } end
local info = redis.pcall('XINFO', 'STREAM', stream)
if info.err then return { found, 1 } end
local function sortable(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return string.rep('0', 20 - #ms) .. ms .. string.rep('0', 20 - #seq) .. seq
end
local deleted = '0-0'
for i = 1, #info - 1, 2 do
  if info[i] == 'max-deleted-entry-id' then deleted = info[i + 1] end
end
local gap = sortable(deleted) > sortable(after)
-- Where the position itself is gone, and we did not remove exactly so far, nobody knows what else went with it.
if #redis.call('XRANGE', stream, after, after) == 0 then gap = gap or (redis.call('GET', removed) or '') ~= after end
return { found, gap and 1 or 0 }
`;
