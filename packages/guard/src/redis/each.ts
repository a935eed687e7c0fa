// A script that is carried out for many at once, each as if it had been asked alone: in Redis nothing runs between them,
// and one that fails ends itself and no other.

export interface Asked {
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

/** `one` is the body of a Lua function of `keys` and `args`, which answers anything but nothing; `shared` stands before it. */
export const eachOf = (shared: string, one: string): string => `${shared}
local function one(keys, args)
${one}
end

local answers, failures, key, arg = {}, {}, 0, 0
while arg < #ARGV do
  local keyCount, argCount = tonumber(ARGV[arg + 1]), tonumber(ARGV[arg + 2])
  local ok, answer = pcall(one, { unpack(KEYS, key + 1, key + keyCount) }, { unpack(ARGV, arg + 3, arg + 2 + argCount) })
  key, arg = key + keyCount, arg + 2 + argCount
  table.insert(answers, ok and answer or false)
  if not ok then
    table.insert(failures, #answers)
    table.insert(failures, tostring(type(answer) == 'table' and answer.err or answer))
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
