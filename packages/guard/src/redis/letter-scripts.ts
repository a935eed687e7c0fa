// Dead letters in Lua: a hash of letters by id, and their order of death. Members of one score are in order of their bytes,
// which is the order of ids in every other store.

/** Keys: letters, order. Arguments: of each letter its id, its time of death, and the letter. An id that is there stays as it is. */
export const PUT = `
for i = 1, #ARGV, 3 do
  if redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 2]) == 1 then redis.call('ZADD', KEYS[2], ARGV[i + 1], ARGV[i]) end
end
return 1
`;

/** Arguments: after which id, or nothing for the beginning; how many. After one that is not there comes nothing. */
export const PAGE = `
local from = 0
if ARGV[1] ~= '' then
  local rank = redis.call('ZRANK', KEYS[2], ARGV[1])
  if not rank then return {} end
  from = rank + 1
end
local ids = redis.call('ZRANGE', KEYS[2], from, from + ARGV[2] - 1)
if #ids == 0 then return {} end
return redis.call('HMGET', KEYS[1], unpack(ids))
`;

export const GET = `return redis.call('HGET', KEYS[1], ARGV[1])`;

export const REMOVE = `
local removed = 0
for i = 1, #ARGV do
  redis.call('ZREM', KEYS[2], ARGV[i])
  removed = removed + redis.call('HDEL', KEYS[1], ARGV[i])
end
return removed
`;
