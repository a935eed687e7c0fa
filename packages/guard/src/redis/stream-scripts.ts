// How a group takes from a stream, in Lua: Redis runs one script at a time and keeps all or nothing of it, so that
// there is nothing between two steps to be killed at. What is taken and not settled is in the consumer group's own
// list of pending entries (PEL); beside it, in the same slot of a cluster:
//
// due     of what is out or delayed, when it may be delivered again: out, because nobody has heard of its member
// ready   what may be delivered now, although it was read before: it was given back, or the earlier of its key settled
// queue   with order by key, everything unsettled that has a key: the key's digest, then the id, so that they sort
// keys    of each of those, the key's digest
// orders  members that ask for order, and how long they are believed to be there
// wake    a stream of one entry, which wakes members that wait
// state   whether the group is ordered now; how many retries may go before what was never tried
//
// What is no member's, since it is delayed or waits behind its key, is pending for a consumer that is nobody.

/** Scripts may use memory that is not there: what consumers do frees it, and nothing may be left half done. */
export const GROUP = `#!lua flags=allow-oom
local stream, due, ready, queue, keys, orders, wake, state = unpack(KEYS)
local group = ARGV[1]
local NOBODY = '-'
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)

local function written(ms) return string.format('%.0f', ms) end

local function sortable(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return string.rep('0', 20 - #ms) .. ms .. string.rep('0', 20 - #seq) .. seq
end

local function idOf(sorted)
  return string.match(string.sub(sorted, -40, -21), '^0*(%d+)$') .. '-' .. string.match(string.sub(sorted, -20), '^0*(%d+)$')
end

local function fieldsOf(list)
  local bytes, key
  for i = 1, #list - 1, 2 do
    if list[i] == 'bytes' then bytes = bytes or list[i + 1] end
    if list[i] == 'key' then key = key or list[i + 1] end
  end
  return bytes or '', key
end

local function firstOf(digest)
  return redis.call('ZRANGEBYLEX', queue, '[' .. digest, '(' .. digest .. ':', 'LIMIT', 0, 1)[1]
end

local function disown(id)
  redis.call('XCLAIM', stream, group, NOBODY, 0, id, 'JUSTID')
end

local function eachPending(member, visit)
  local from = '-'
  repeat
    local page
    if member then page = redis.call('XPENDING', stream, group, from, '+', 1000, member)
    else page = redis.call('XPENDING', stream, group, from, '+', 1000) end
    for _, pending in ipairs(page) do visit(pending[1]) end
    if #page > 0 then from = '(' .. page[#page][1] end
  until #page < 1000
end

-- True when the next of its key may go for it.
local function settle(id)
  redis.call('XACK', stream, group, id)
  redis.call('ZREM', due, id)
  local digest = redis.call('HGET', keys, id)
  if not digest then return false end
  local place = digest .. sortable(id)
  local wasFirst = firstOf(digest) == place
  redis.call('HDEL', keys, id)
  redis.call('ZREM', queue, place)
  local first = wasFirst and firstOf(digest)
  if not first or redis.call('ZSCORE', due, idOf(first)) then return false end
  redis.call('RPUSH', ready, idOf(first))
  return true
end

-- Nobody's, too, when the group has been removed meanwhile.
local function isOwn(id, member)
  local pending = redis.pcall('XPENDING', stream, group, id, id, 1)[1]
  return pending and pending[2] == member
end

local function wakeOthers()
  redis.call('XADD', wake, 'MAXLEN', 1, '*', 'w', '')
end
`;

/** Creates the group before the first message, drops members that are long gone. What an earlier group of the name left is no use. */
export const JOIN = `${GROUP}
local created = redis.pcall('XGROUP', 'CREATE', stream, group, '0', 'MKSTREAM')
if not created.err then
  redis.call('DEL', due, ready, queue, keys, orders, state)
elseif string.sub(created.err, 1, 9) ~= 'BUSYGROUP' then
  return created
end
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
  local name, pending, idleMs = consumer[2], consumer[4], consumer[6]
  if pending == 0 and idleMs > 3600000 then redis.call('XGROUP', 'DELCONSUMER', stream, group, name) end
end
return 1
`;

/**
 * Arguments after the group: after which id to look, how many to look at, after how long they may be delivered again.
 * Takes in hand what is pending and nobody knows of: others have read for the group without these scripts. The id to
 * go on after, or nothing.
 */
export const ADOPT = `${GROUP}
local isReady = {}
for _, id in ipairs(redis.call('LRANGE', ready, 0, -1)) do isReady[id] = true end
local isOrdered = redis.call('HGET', state, 'ordered') == '1'
local page = redis.call('XPENDING', stream, group, ARGV[2], '+', ARGV[3])
for _, pending in ipairs(page) do
  local id = pending[1]
  if not isReady[id] and not redis.call('ZSCORE', due, id) and redis.call('HEXISTS', keys, id) == 0 then
    local entry = isOrdered and redis.call('XRANGE', stream, id, id)[1]
    local key = entry and select(2, fieldsOf(entry[2]))
    if key then
      redis.call('HSET', keys, id, redis.sha1hex(key))
      redis.call('ZADD', queue, 0, redis.sha1hex(key) .. sortable(id))
    end
    redis.call('ZADD', due, written(nowMs + tonumber(ARGV[4])), id)
  end
end
return #page == tonumber(ARGV[3]) and page[#page][1] or false
`;

/**
 * Arguments after the group: the member, how many at most, "key" or "none", and for how long they are its own.
 * The entries as id and bytes; whether there is more to look at; when the next one may go, or -1; the last id that the
 * group has read; the last wake; how many this member now has; how many were gone.
 */
export const TAKE = `${GROUP}
local member, most, asksOrder, untilMs = ARGV[2], tonumber(ARGV[3]), ARGV[4] == 'key', written(nowMs + tonumber(ARGV[5]))
-- How much is looked at in one script, while everybody waits.
local MOST_SEEN = 256
-- While there is more to do than can be done, one in so many deliveries is a retry (PSN-01).
local RETRY_SHARE = 16

local last
local groups = redis.pcall('XINFO', 'GROUPS', stream)
if groups.err and not string.find(groups.err, 'no such key', 1, true) then return groups end
for _, one in ipairs(groups.err and {} or groups) do
  if one[2] == group then last = one[8] end
end
if not last then return redis.error_reply('NOGROUP the group or its stream has been removed') end

local function enqueue(id, key)
  local digest = redis.sha1hex(key)
  redis.call('HSET', keys, id, digest)
  redis.call('ZADD', queue, 0, digest .. sortable(id))
  return digest
end

local isOrdered = redis.call('HGET', state, 'ordered') == '1'
if asksOrder then
  local believedMs = tonumber(redis.call('ZSCORE', orders, member) or '0')
  if believedMs - nowMs < tonumber(ARGV[5]) / 2 then redis.call('ZADD', orders, untilMs, member) end
  if not isOrdered then
    eachPending(nil, function(id)
      local entry = redis.call('XRANGE', stream, id, id)[1]
      local key = entry and select(2, fieldsOf(entry[2]))
      if key then enqueue(id, key) end
    end)
    redis.call('HSET', state, 'ordered', '1')
    isOrdered = true
  end
elseif isOrdered then
  redis.call('ZREMRANGEBYSCORE', orders, '-inf', written(nowMs))
  if redis.call('ZCARD', orders) == 0 then
    local behind = {}
    for _, place in ipairs(redis.call('ZRANGE', queue, 0, -1)) do
      if not redis.call('ZSCORE', due, idOf(place)) then table.insert(behind, string.sub(place, -40)) end
    end
    table.sort(behind)
    for _, place in ipairs(behind) do redis.call('RPUSH', ready, idOf(place)) end
    redis.call('DEL', queue, keys)
    redis.call('HSET', state, 'ordered', '0')
    isOrdered = false
  end
end

local taken, gone, seen, more = {}, 0, 0, 0

local function isBehind(id)
  local digest = isOrdered and redis.call('HGET', keys, id)
  return digest and firstOf(digest) ~= digest .. sortable(id)
end

local function give(id)
  local entry = redis.call('XCLAIM', stream, group, member, 0, id)[1]
  if not entry then
    -- Deleted or trimmed while it was pending, or settled by other means.
    settle(id)
    gone = gone + 1
    return
  end
  redis.call('ZADD', due, untilMs, id)
  table.insert(taken, { id, (fieldsOf(entry[2])) })
end

local function takeDue(room)
  local full = #taken + room
  while #taken < full do
    if seen >= MOST_SEEN then more = 1 return end
    local id = redis.call('ZRANGEBYSCORE', due, '-inf', written(nowMs), 'LIMIT', 0, 1)[1]
    if not id then return end
    seen = seen + 1
    if isBehind(id) then
      redis.call('ZREM', due, id)
      disown(id)
    else give(id) end
  end
end

local saved = tonumber(redis.call('HGET', state, 'retries') or '0')
local retries = math.min(saved + most / RETRY_SHARE, RETRY_SHARE)
takeDue(math.min(most, math.floor(retries)))
if retries - #taken ~= saved then redis.call('HSET', state, 'retries', tostring(retries - #taken)) end

while #taken < most do
  if seen >= MOST_SEEN then more = 1 break end
  local id = redis.call('LPOP', ready)
  if not id then break end
  seen = seen + 1
  if not redis.call('ZSCORE', due, id) and not isBehind(id) then give(id) end
end

local function read(reader, count)
  local answer = redis.call('XREADGROUP', 'GROUP', group, reader, 'COUNT', count, 'STREAMS', stream, '>')
  local entries = answer and answer[1][2] or {}
  if #entries > 0 then last = entries[#entries][1] end
  return entries
end

if not isOrdered and #taken < most then
  local dues = {}
  for _, entry in ipairs(read(member, math.min(most - #taken, 1000))) do
    table.insert(dues, untilMs)
    table.insert(dues, entry[1])
    table.insert(taken, { entry[1], (fieldsOf(entry[2])) })
  end
  if #dues == 2000 then more = 1 end
  if #dues > 0 then redis.call('ZADD', due, unpack(dues)) end
end

local count = 1
while isOrdered and #taken < most and count > 0 do
  if seen >= MOST_SEEN then more = 1 break end
  local asked = math.max(most - #taken, math.min(seen, 64))
  local entries = read(NOBODY, asked)
  for _, entry in ipairs(entries) do
    local id, bytes, key = entry[1], fieldsOf(entry[2])
    local digest = key and enqueue(id, key)
    if not digest or firstOf(digest) == digest .. sortable(id) then
      if #taken < most then
        redis.call('XCLAIM', stream, group, member, 0, id, 'JUSTID')
        redis.call('ZADD', due, untilMs, id)
        table.insert(taken, { id, bytes })
      else
        redis.call('RPUSH', ready, id)
      end
    end
  end
  seen = seen + #entries
  count = #entries < asked and 0 or #entries
end

-- Room that nothing else wants.
if #taken < most then takeDue(most - #taken) end
-- What was behind one that is gone may go now.
if gone > 0 then more = 1 end

local soonest = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')[2]
local woken = redis.call('XREVRANGE', wake, '+', '-', 'COUNT', 1)[1]
local owned = 0
for _, owner in ipairs(redis.call('XPENDING', stream, group)[4] or {}) do
  if owner[1] == member then owned = tonumber(owner[2]) end
end
return { taken, more, soonest and math.max(0, math.ceil(tonumber(soonest) - nowMs)) or -1, last, woken and woken[1] or '0-0', owned, gone }
`;
