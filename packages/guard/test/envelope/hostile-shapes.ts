// Bytes that bring parsers down, in any size: each shape repeats what is costly to some way of reading JSON.

const within = (text: string): string => `{"specversion":"1.0","signature":"x","data":${text}}`;
const members = (count_: number, key: (n: number) => string): string =>
  `{${Array.from({ length: count_ }, (_, n) => `"${key(n)}":${n}`).join(",")}}`;
/** By name, from a size to about as many bytes. */
export const HOSTILE_SHAPES: ReadonlyMap<string, (size: number) => string> = new Map<string, (size: number) => string>([
  ["opening brackets", (size) => "[".repeat(size)],
  ["braces that open members", (size) => '{"a":'.repeat(size / 5)],
  ["quotation marks", (size) => '"'.repeat(size)],
  ["backslashes in a string", (size) => `"${"\\".repeat(size)}`],
  ["colons", (size) => ":".repeat(size)],
  ["a string that does not end", (size) => `{"a":"${"x".repeat(size)}`],
  ["white space around data", (size) => within(" ".repeat(size / 2) + "0" + " ".repeat(size / 2))],
  ["nothing but white space as data", (size) => within(" ".repeat(size))],
  ["a long number", (size) => within("9".repeat(size))],
  ["many members", (size) => within(members(size / 12, (n) => `k${n}`))],
  ["many members named like indices", (size) => within(members(size / 12, (n) => String(n * 7919)))],
  ["one name again and again", (size) => within(members(size / 12, () => "a"))],
  ["many empty arrays", (size) => within(`[${"[],".repeat(size / 3)}0]`)],
  ["many short strings", (size) => within(`[${'"data",'.repeat(size / 7)}0]`)],
  ["data named data", (size) => within(`[${'{"data":0},'.repeat(size / 11)}0]`)],
  ["many attributes", (size) => members(size / 12, (n) => `a${n}`)],
  ["a long attribute", (size) => `{"signature":"x","data":0,"actor":"${"é".repeat(size / 2)}"}`],
  ["a long time", (size) => `{"signature":"x","data":0,"time":"${"0".repeat(size)}"}`],
  ["a long traceparent", (size) => `{"signature":"x","data":0,"traceparent":"00-${"0".repeat(size)}"}`],
  ["nested arrays as data", (size) => within("[".repeat(size / 2) + "]".repeat(size / 2))],
  ["nested objects as data", (size) => within(`${'{"a":'.repeat(size / 6)}0${"}".repeat(size / 6)}`)],
  ["many small objects as data", (size) => within(`[${'{"a":{}},'.repeat(size / 9)}0]`)],
  ["escaped quotation marks", (size) => within(`"${'\\"'.repeat(size / 2)}"`)],
  ["escaped lone surrogates", (size) => within(`"${"\\ud800".repeat(size / 6)}"`)],
  ["a long name", (size) => within(`{"${"data".repeat(size / 4)}":0}`)],
  ["a long signature", (size) => `{"signature":"${"A".repeat(size)}","data":0}`],
]);
