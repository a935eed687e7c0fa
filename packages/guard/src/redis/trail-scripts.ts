// The trail in Lua: a stream whose ids are the entries' numbers, so that none can be put in before the last, and its head.

/** The head, and the server's time: number, hash, milliseconds. Of a trail that is empty nothing is the head. */
export const HEAD = `
local t = redis.call('TIME')
local head = redis.call('HMGET', KEYS[2], 'seq', 'hash')
return { head[1] or '0', head[2] or '', string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000)) }
`;

/**
 * Keys: stream, head. Arguments: the hash that was the head's, or nothing; an id of this append's own; then of each entry its
 * number, its time, the entry and its hash. Appends all of them when the head is still that one, and says so.
 */
export const APPEND = `
local head = redis.call('HMGET', KEYS[2], 'hash', 'by')
-- Asked again by the client, which was not answered the first time: a cluster's does, when a master goes. By its id and
-- not by its hash, which is another's too who appends the same in the same millisecond.
if head[2] == ARGV[2] then return 1 end
if (head[1] or '') ~= ARGV[1] then return 0 end
for i = 3, #ARGV, 4 do
  local added = redis.pcall('XADD', KEYS[1], ARGV[i] .. '-0', 'atMs', ARGV[i + 1], 'entry', ARGV[i + 2], 'hash', ARGV[i + 3])
  if type(added) == 'table' and added.err then
    if string.find(added.err, 'equal or smaller', 1, true) then return -1 end
    return added
  end
end
redis.call('HSET', KEYS[2], 'seq', ARGV[#ARGV - 3], 'hash', ARGV[#ARGV], 'by', ARGV[2])
return 1
`;

/** Arguments: after which number, how many. */
export const LINKS = `return redis.call('XRANGE', KEYS[1], '(' .. ARGV[1] .. '-0', '+', 'COUNT', ARGV[2])`;
