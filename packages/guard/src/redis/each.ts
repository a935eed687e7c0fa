// A script that is carried out for many at once, each as if it had been asked alone: in Redis nothing runs between them,
// and one that fails ends itself and no other.

export interface Asked {
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

/**
 * `one` is the body of a Lua function for one of them, which answers anything but nothing: its keys are `KEYS[k + 1]` to
 * `KEYS[k + keyCount]`, its arguments `ARGV[a + 1]` and so on. They are not copied for it, which would cost more than
 * most of what is done. `shared` stands before it.
 */
export const eachOf = (shared: string, one: string): string => `
local KEYS, ARGV, call = KEYS, ARGV, redis.call
${shared}
local function one(k, keyCount, a)
${one}
end

local answers, failures, k, a, count = {}, {}, 0, 0, #ARGV
while a < count do
  local keyCount, argCount = tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2])
  local ok, answer = pcall(one, k, keyCount, a + 2)
  k, a = k + keyCount, a + 2 + argCount
  answers[#answers + 1] = ok and answer or false
  if not ok then
    local message = tostring(type(answer) == 'table' and answer.err or answer)
    -- Nothing was written and nothing will be. A client that is set to look for the primary hears of replies alone.
    if string.sub(message, 1, 8) == 'READONLY' then return redis.error_reply(message) end
    table.insert(failures, #answers)
    table.insert(failures, message)
  end
end
return { answers, failures }
`;

export const keysOf = (asked: readonly Asked[]): readonly string[] => asked.flatMap(({ keys }) => keys);

export const argumentsOf = (asked: readonly Asked[]): readonly string[] =>
  asked.flatMap(({ keys, args }) => [String(keys.length), String(args.length), ...args]);

export function answersOf(answer: unknown, errorOf: (message: string) => unknown): readonly PromiseSettledResult<unknown>[] {
  const [answers, failures] = answer as readonly [readonly unknown[], readonly (number | string)[]];
  const settled: PromiseSettledResult<unknown>[] = answers.map((value) => ({ status: "fulfilled", value }));
  for (let at = 0; at < failures.length; at += 2)
    settled[Number(failures[at]) - 1] = { status: "rejected", reason: errorOf(String(failures[at + 1])) };
  return settled;
}

/** What a server of a cluster goes by: keys of one tag are of one slot. */
export function tagOf(key: string): string {
  const begin = key.indexOf("{");
  const end = begin < 0 ? -1 : key.indexOf("}", begin + 1);
  return end > begin + 1 ? key.slice(begin + 1, end) : key;
}
