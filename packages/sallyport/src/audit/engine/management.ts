// Brokers that are spoken to over HTTP, without a client: management.json says which URLs are theirs.
import { loadManagement } from "../models/load.ts";
import type { Act, Management } from "../models/model.ts";
import type { Machine, Site } from "./machine.ts";
import { type Atom, isNothing, join, NOTHING, objectsOf, textsOf, type Value, type Written } from "./value.ts";

type Slots = ReadonlyMap<string, Value>;

/** Whether messages are read by it. */
export function manage(machine: Machine, act: Extract<Act, { kind: "http" }>, at: Slots, site: Site, result: Value): boolean {
  return manageHttp(machine, act.methodIs, at, site, result).some(({ kind }) => kind === "read");
}

/** A piece of a URL: text that is known, or a value. */
type Piece = string | Value;

interface Spelled {
  readonly pieces: readonly Piece[];
  readonly written: Written | undefined;
}

const MOST_SPELLINGS = 12;
const MOST_PARTS = 24;

/** The ways to spell a value: constants as they are, what is not known as itself. */
export function spellings(value: Value, depth = 0): readonly Spelled[] {
  if (depth > 4) return [{ pieces: [value], written: undefined }];
  const all = value.atoms.slice(0, MOST_SPELLINGS).flatMap((atom) => spellAtom(atom, value, depth));
  return all.length === 0 ? [{ pieces: [value], written: undefined }] : all.slice(0, MOST_SPELLINGS);
}

function spellAtom(atom: Atom, whole: Value, depth: number): readonly Spelled[] {
  if (atom.kind === "constant") return [{ pieces: [String(atom.value)], written: undefined }];
  if (atom.kind !== "text" || atom.encoded === true) return [{ pieces: [{ atoms: [atom], taints: whole.taints }], written: undefined }];
  let ways: readonly Spelled[] = [{ pieces: [], written: undefined }];
  for (const part of atom.parts.slice(0, MOST_PARTS)) {
    const next = spellings(part, depth + 1).slice(0, depth > 1 ? 2 : MOST_SPELLINGS);
    ways = ways
      .flatMap((way) => next.map((one) => ({ pieces: [...way.pieces, ...one.pieces], written: one.written ?? way.written })))
      .slice(0, MOST_SPELLINGS);
  }
  const spelledHere = atom.parts.some((part) => part.atoms.some((inner) => inner.kind === "constant" && String(inner.value).includes("/")));
  return ways.map((way) => ({ ...way, written: way.written ?? (spelledHere ? atom.writtenAt : undefined) }));
}

/** Segments of a path: each a row of pieces. */
function segmentsOf({ pieces }: Spelled): readonly (readonly Piece[])[] {
  const segments: Piece[][] = [[]];
  for (const piece of pieces) {
    if (typeof piece !== "string") {
      segments.at(-1)?.push(piece);
      continue;
    }
    const [first = "", ...rest] = (piece.split("?")[0] ?? "").split("/");
    if (first !== "") segments.at(-1)?.push(first);
    for (const one of rest) segments.push(one === "" ? [] : [one]);
    if (piece.includes("?")) break;
  }
  return segments;
}

function manageHttp(machine: Machine, methodIs: string | undefined, at: Slots, site: Site, result: Value): readonly Act[] {
  const url = at.get("url");
  if (url === undefined) return [];
  const methods =
    methodIs === undefined ? textsOf(at.get("method") ?? NOTHING).map((method) => method.toUpperCase()) : [methodIs.toUpperCase()];
  const body = bodyOf(at.get("body") ?? NOTHING);
  for (const spelled of spellings(url)) {
    const found = bestRule(spelled, methods);
    if (found === undefined) continue;
    const { rule, named } = found;
    for (const one of rule.acts)
      perform(
        machine,
        rule.broker,
        one,
        (path) => inRequest(machine, path, named, body),
        site,
        spelled.written ?? machine.writer(longestWord(rule.path)),
        result,
      );
    return rule.acts;
  }
  return [];
}

const longestWord = (path: string): string =>
  path.split(/\/|\{\w+\}/).reduce((longest, word) => (word.length > longest.length ? word : longest), "");

type HttpRule = Management["http"][number];

/** What of a rule is asked at every request, made out once. */
interface Prepared {
  readonly host: string | undefined;
  readonly literal: number;
  readonly wanted: readonly Wanted[];
}

/** A segment as the rule has it: `{name}` with what stands before and behind it, or a word. */
interface Wanted {
  readonly head: string;
  readonly name: string | undefined;
  readonly after: string;
}

const prepared = new WeakMap<HttpRule, Prepared>();

function prepare(rule: HttpRule): Prepared {
  const known = prepared.get(rule);
  if (known !== undefined) return known;
  const made: Prepared = {
    host: rule.host?.replace(/^\*?\.?/, ""),
    literal: rule.path.replaceAll(/\{\w+\}/g, "").length,
    wanted: wantedOf(rule.path),
  };
  prepared.set(rule, made);
  return made;
}

const wantedOf = (pattern: string): readonly Wanted[] =>
  pattern
    .split("/")
    .filter((part) => part !== "")
    .map((part) => {
      const [, head = part, name, after = ""] = /^([^{]*)\{(\w+)\}(.*)$/.exec(part) ?? [];
      return { head, name, after };
    });

/** Of the rules that fit, the one that says most. */
function bestRule(
  spelled: Spelled,
  methods: readonly string[],
): { readonly rule: HttpRule; readonly named: ReadonlyMap<string, Value> } | undefined {
  const given = segmentsOf(spelled).filter((segment) => segment.length > 0);
  const [start] = spelled.pieces;
  let best: { readonly rule: HttpRule; readonly named: ReadonlyMap<string, Value>; readonly literal: number } | undefined;
  for (const rule of loadManagement().http) {
    if (!mayBeMethod(rule, methods)) continue;
    const { host, literal, wanted } = prepare(rule);
    if (literal <= (best?.literal ?? 0) || (host !== undefined && !(typeof start === "string" && start.includes(host)))) continue;
    const named = matchWanted(wanted, given);
    if (named !== undefined) best = { rule, named, literal };
  }
  return best;
}

/** Where no method is said it is GET, as clients have it; what helpers pass on is known by the call that is followed. */
const mayBeMethod = ({ method }: HttpRule, methods: readonly string[]): boolean =>
  method === undefined || (methods.length === 0 ? method === "GET" : methods.includes(method));

/** Bodies are written as text; what was written is what counts. */
function bodyOf(body: Value): Value {
  const encoded = body.atoms.flatMap((atom) => (atom.kind === "text" && atom.encoded === true ? atom.parts : []));
  return encoded.length === 0 ? body : join(...encoded);
}

/** The values of named segments, where the end of the URL is as the rule says. */
function matchWanted(wanted: readonly Wanted[], given: readonly (readonly Piece[])[]): ReadonlyMap<string, Value> | undefined {
  if (given.length < wanted.length) return undefined;
  const before = given.length - wanted.length;
  const named = new Map<string, Value>();
  let literals = 0;
  for (const [index, { head, name, after }] of wanted.entries()) {
    const segment = given[before + index] ?? [];
    const text = segment.filter((piece) => typeof piece === "string").join("");
    if (name === undefined) {
      if (text !== head || segment.some((piece) => typeof piece !== "string")) return undefined;
      literals++;
    } else {
      if (!text.endsWith(after) || !text.startsWith(head)) return undefined;
      if (after !== "" || head !== "") literals++;
      named.set(name, join(...segment.map((piece) => (typeof piece === "string" ? NOTHING : piece))));
    }
  }
  return literals > 0 ? named : undefined;
}

function inRequest(machine: Machine, path: string, named: ReadonlyMap<string, Value>, body: Value): Value {
  if (path.startsWith("url:")) return named.get(path.slice(4)) ?? NOTHING;
  let value = body;
  for (const part of path.split(/\.|(?=\[\])/).slice(1)) {
    if (isNothing(value)) return value;
    value = part === "[]" ? machine.element(value) : own(machine, value, part);
  }
  return value;
}

function own(machine: Machine, value: Value, name: string): Value {
  const has = value.taints.length > 0 || objectsOf(value).some((object) => object.fields.has(name) || !isNothing(object.element));
  return has ? machine.member(value, name) : NOTHING;
}

export function perform(
  machine: Machine,
  broker: string,
  act: Act,
  read: (path: string) => Value,
  site: Site,
  place: Written | undefined,
  result: Value,
): void {
  const at = new Map<string, Value>();
  for (const [name, paths] of Object.entries(act)) {
    if (name === "kind" || !Array.isArray(paths)) continue;
    const values = (paths as readonly string[]).map(read).filter((value) => !isNothing(value));
    if (values.length > 0) at.set(name, join(...values));
  }
  machine.report(
    { kind: "act", act, broker, model: "management", call: site.text, at_: at, awaited: site.awaited, guessed: false, result },
    site.at,
    place,
  );
}
