// Brokers that are spoken to by their command line programs: management.json says which words are theirs.
import { loadManagement } from "../models/load.ts";
import type { Act, Condition, Management } from "../models/model.ts";
import type { Machine, Site } from "./machine.ts";
import { perform, spellings } from "./management.ts";
import { type Given, parsePath } from "./paths.ts";
import { read } from "./results.ts";
import { constant, join, NOTHING, objectsOf, rowOf, textsOf, type Value } from "./value.ts";

const MOST_SPELLINGS = 16;

let known: Management["commands"] | undefined;

/** What says most comes first. */
const rules = (): Management["commands"] =>
  (known ??= loadManagement().commands.toSorted((one, other) => other.words.length - one.words.length));

/** Whether messages are read by it. */
export function command(machine: Machine, act: Extract<Act, { kind: "command" }>, args: Given, site: Site, result: Value): boolean {
  const lines = linesOf(machine, act, args).flatMap(partsOfLine);
  // One place may run several commands, each of which is another's words.
  const byRule = Map.groupBy(lines, ({ words }) => rules().find((rule) => startOf(words, rule.words) !== undefined));
  let isRead = false;
  for (const [rule, parts] of byRule) {
    if (rule === undefined) continue;
    const readWord = (path: string): Value =>
      join(
        ...parts.map(({ words, stdin }) =>
          path === "stdin" ? join(...stdin) : wordAt(path, words, startOf(words, rule.words) ?? 0, rule.words.length),
        ),
      );
    const told = parts.flatMap(({ words }) => words);
    const acts = rule.acts.filter(({ when }) => when === undefined || isGiven(when, told));
    for (const one of acts) perform(machine, rule.broker, one, readWord, site, machine.writer(rule.words.at(-1) ?? ""), result);
    isRead ||= acts.some(({ kind }) => kind === "read");
  }
  return isRead;
}

/** Whether a flag is among the words, whatever stands behind it. */
function isGiven({ path, not }: Condition, words: readonly Value[]): boolean {
  const flag = path.replace(/^flag:/, "");
  return words.some((word) => textsOf(word).some((text) => text === flag || text.startsWith(`${flag}=`))) !== (not === true);
}

interface Part {
  readonly words: readonly Value[];
  /** The words of what is piped into it. */
  readonly stdin: readonly Value[];
}

const SEPARATORS: ReadonlySet<string> = new Set(["|", "||", "&&", ";", "&"]);

/** The commands that a line of a shell is made of. */
function partsOfLine(line: readonly Value[]): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  let stdin: readonly Value[] = [];
  for (const [index, word] of [...line, constant(";")].entries()) {
    const separator = index === line.length ? ";" : textsOf(word).find((text) => SEPARATORS.has(text));
    if (separator === undefined) continue;
    const words = line.slice(from, index);
    if (words.length > 0) parts.push({ words, stdin });
    stdin = separator === "|" ? words.slice(1) : [];
    from = index + 1;
  }
  return parts;
}

/** The words, in the ways that they may be put together. */
function linesOf(machine: Machine, { argv, shell }: Extract<Act, { kind: "command" }>, args: Given): readonly (readonly Value[])[] {
  let lines: readonly (readonly Value[])[] = [[]];
  for (const path of argv) {
    for (const ways of partsOf(machine, path, args, shell === true)) {
      lines = lines.flatMap((line) => ways.map((way) => [...line, ...way])).slice(0, MOST_SPELLINGS);
    }
  }
  return lines;
}

type Ways = readonly (readonly Value[])[];

function partsOf(machine: Machine, path: string, args: Given, shell: boolean): readonly Ways[] {
  const { root } = parsePath(path);
  if (root.kind !== "args" && root.kind !== "from") return [waysOf(read(machine, path, args, undefined), shell)];
  const positional = root.kind === "from" ? args.positional.slice(root.index) : args.positional;
  return [...positional.map((value) => waysOf(value, shell)), ...(args.more === undefined ? [] : [waysOf(args.more, shell)])];
}

/** A list of words, or a line of them. */
function waysOf(value: Value, shell: boolean): Ways {
  const lists = objectsOf(value).filter((object) => object.kind === "list");
  if (lists.length > 0)
    return lists
      .slice(0, MOST_SPELLINGS)
      .map((list) => rowOf({ atoms: [{ kind: "object", object: list }], taints: [] }) ?? [...list.fields.values(), list.element]);
  const [spelled] = spellings(value);
  if (spelled === undefined || (spelled.pieces.length === 1 && typeof spelled.pieces[0] !== "string")) return [[value]];
  const only = spelled.pieces.length === 1 && typeof spelled.pieces[0] === "string" ? spelled.pieces[0] : undefined;
  if (only !== undefined && !shell && !only.includes(" ")) return [[value]];
  return [
    spelled.pieces.flatMap((piece) =>
      typeof piece === "string"
        ? piece
            .split(/\s+/)
            .filter((word) => word !== "")
            .map(constant)
        : [piece],
    ),
  ];
}

const namesOf = (word: Value): readonly string[] => textsOf(word).map((text) => text.split("/").at(-1) ?? text);

/** Programs that run another, which is named somewhere among their words. */
const RUNNERS: ReadonlySet<string> = new Set(
  "docker docker-compose podman nerdctl kubectl oc wsl sudo env nohup timeout ssh sh bash cmd powershell".split(" "),
);

/** Where the last of the wanted words stands. Options may stand between a program and what it is told to do. */
function startOf(words: readonly Value[], wanted: readonly string[]): number | undefined {
  const isRun = words[0] !== undefined && namesOf(words[0]).some((name) => RUNNERS.has(name));
  let from = 0;
  for (const [index, word] of wanted.entries()) {
    const found = words.findIndex((one, at) => at >= from && namesOf(one).includes(word));
    if (found === -1 || (index === 0 && found > 2 && !isRun)) return undefined;
    from = found + 1;
  }
  return from;
}

const isFlag = (word: Value | undefined): boolean => word !== undefined && textsOf(word).some((text) => text.startsWith("-"));

/** `word2`: counted from the program, options left out with what belongs to them. */
function wordAt(path: string, words: readonly Value[], start: number, wanted: number): Value {
  if (path === "words") return join(...words.slice(start));
  const flag = /^flag:(.+)$/.exec(path)?.[1];
  if (flag !== undefined) return valueOf(flag, words);
  const rest: Value[] = [];
  for (let index = start; index < words.length; index++) {
    const word = words[index] as Value;
    if (!isFlag(word)) rest.push(word);
    else if (textsOf(word).every((text) => !text.includes("="))) index++;
  }
  const lump = words[start - 1];
  // Where the order of the words is not known, it may be any of them.
  return (
    rest[Number(/^word(\d+)$/.exec(path)?.[1] ?? Number.NaN) - wanted] ?? (lump !== undefined && lump.taints.length > 0 ? lump : NOTHING)
  );
}

/** What stands behind a flag, or behind its `=`. */
function valueOf(flag: string, words: readonly Value[]): Value {
  for (const [index, word] of words.entries()) {
    for (const text of textsOf(word)) {
      if (text === flag || text === `${flag}=`) return words[index + 1] ?? NOTHING;
      if (text.startsWith(`${flag}=`)) return constant(text.slice(flag.length + 1));
    }
  }
  return NOTHING;
}
