// Calls into libraries, as the models tell them: what is done, and who is called.
import { command } from "./commands.ts";
import type { Act, Callback, Condition } from "../models/model.ts";
import type { Known } from "../models/load.ts";
import { registerConsumer, registerPull } from "./consumers.ts";
import { registerTool } from "./entries.ts";
import { lend, lentAs } from "./lent.ts";
import type { Machine, Site } from "./machine.ts";
import { manage } from "./management.ts";
import { type Given, given, readPath } from "./paths.ts";
import { isPlainData } from "./plain.ts";
import { collectionOf, isUndefined, read, readFrom, resultOf, writtenOnly } from "./results.ts";
import { factsAbout, NO_FACTS, test } from "./facts.ts";
import { deepTaints } from "./reach.ts";
import { partOf, type Taint } from "./taint.ts";
import { type Atom, constant, isCallable, isNothing, join, NOTHING, UNKNOWN, type Value } from "./value.ts";

type LibraryAtom = Extract<Atom, { kind: "library" }>;

/** Reading a member of a library's object. */
export function libraryMember(machine: Machine, known: Known, name: string, receiver: Value | undefined): Value {
  const { member } = known;
  if (member.constant !== undefined) return constant(member.constant);
  if (member.lent !== undefined) return lentAs(machine, member.lent) ?? UNKNOWN;
  if (member.marks !== undefined) return marksOf(machine, member.marks, receiver);
  if (member.content !== undefined) return contentOf(machine, known, name, receiver);
  if (member.is === undefined) return { atoms: [{ kind: "library", known, name, receiver }], taints: [] };
  const made = machine.program.ofType(machine, member.is, receiver);
  const callable = member.acts !== undefined || member.returns !== undefined || member.calls !== undefined;
  if (!callable) return { ...made, taints: receiver?.taints ?? [] };
  return join({ atoms: [{ kind: "library", known, name, receiver }], taints: [] }, made);
}

function marksOf(machine: Machine, path: string, receiver: Value | undefined): Value {
  const of = deepTaints(read(machine, path, given(), receiver));
  return { atoms: [{ kind: "unknown" }], taints: of.map((taint) => ({ ...taint, schema: undefined, marks: true })) };
}

function contentOf(machine: Machine, { member }: Known, name: string, receiver: Value | undefined): Value {
  const taints = (receiver?.taints ?? []).flatMap((taint): readonly Taint[] => {
    const part = partOf(taint, name);
    return part === undefined ? [] : [{ ...part, content: member.content }];
  });
  if (member.is === undefined) return { atoms: [{ kind: "unknown" }], taints };
  return join(machine.program.ofType(machine, member.is, receiver), { atoms: [], taints });
}

/** By shape, where the receiver is not known. */
export function callShaped(machine: Machine, receiver: Value, name: string, args: Given, site: Site): Value | undefined {
  for (const known of machine.models.shaped(name)) {
    const shape = known.member.shape ?? [];
    if (shape.length === 0 && machine.program.holdersOf(name).length > 0) continue;
    const fits = shape.every((path) => stands(machine, path, args, receiver));
    if (fits) return callLibrary(machine, { kind: "library", known, name, receiver }, args, site, true);
  }
  return undefined;
}

/** Written there: that somebody's data might have such a member is no sign of a shape. */
function stands(machine: Machine, path: string, args: Given, receiver: Value | undefined): boolean {
  const value = readPath(path, args, receiver, writtenOnly(machine));
  return !isNothing(value) && !isUndefined(value);
}

export function holds(machine: Machine, condition: Condition | undefined, args: Given, receiver: Value | undefined): boolean {
  if (condition === undefined) return true;
  const value = read(machine, condition.path, args, receiver);
  const there = !isNothing(value) && !isUndefined(value);
  const met =
    condition.equals === undefined ? there : value.atoms.some((atom) => atom.kind === "constant" && atom.value === condition.equals);
  return condition.not === true ? !met : met;
}

export function callLibrary(machine: Machine, atom: LibraryAtom, args: Given, site: Site, guessed = false): Value {
  const { known, name, receiver } = atom;
  const { member } = known;
  const held = (member.acts ?? []).filter((act) => holds(machine, act.when, args, receiver));
  const acts = held.filter((act) => !isPlainData(machine, act, (path) => read(machine, path, args, receiver)));
  if (acts.length < held.length) asCall(machine, args, site);
  const reads = acts.some((act) => act.kind === "read") || (acts.some((act) => act.kind === "publish") && answers(machine, member.returns));
  const result = resultOf(machine, { known, name, receiver, args, site }, reads);
  let messages = false;
  for (const act of acts) messages = perform(machine, known, act, args, receiver, site, result, guessed) || messages;
  // What changes something gives an error, also where its model does not say so.
  const fails = machine.language === "go" && acts.length > 0 && /(?:^|,)error$/.test(member.returns ?? "error");
  if (fails && site.unused === true) machine.report({ kind: "failed", leaves: false, dropped: "here" }, site.at);
  const reader = (path: string): Value => read(machine, path, args, receiver);
  if (member.tool !== undefined) registerTool(machine, member.tool, "tool", args, receiver, site, reader);
  if (member.resource !== undefined) registerTool(machine, member.resource, "resource", args, receiver, site, reader);
  for (const callback of member.calls ?? [])
    if (holds(machine, callback.when, args, receiver)) callBack(machine, known, callback, args, receiver, site);
  if (member.decorates !== undefined) return decorating(machine, atom, args, site);
  if (messages) return { ...result, taints: [readFrom(machine, site)] };
  const claim = acts.find((act) => act.kind === "claim");
  if (claim?.kind !== "claim") return result;
  const claimed = deepTaints(read(machine, claim.key, args, receiver)).filter((taint) => taint.origin.kind === "message");
  return { ...result, test: test(factsAbout(claimed, { kind: "unseen", store: "shared", atomic: true }), NO_FACTS) };
}

/** No act of a broker's: a call like any other. */
function asCall(machine: Machine, args: Given, site: Site): void {
  const all = join(...args.positional, ...args.named.values());
  if (deepTaints(all).some(({ origin }) => origin.kind !== "error"))
    machine.report({ kind: "call", name: site.text, given: all, awaited: site.awaited }, site.at);
}

/** What is published is answered by somebody: the answer is a message too. */
function answers(machine: Machine, returns: string | undefined): boolean {
  const type = returns === undefined ? undefined : machine.models.type(returns.replace(/^(tuple:|list:)/, "").split(",")[0] ?? "");
  return type !== undefined && [...type.members.values()].some((member) => member.content === "payload");
}

/** `mcp.tool(fn)` at once, or `mcp.tool()` that waits for its function. */
function decorating(machine: Machine, atom: LibraryAtom, args: Given, site: Site): Value {
  const target = args.positional.find((value) => value.atoms.some((one) => one.kind === "function"));
  if (target === undefined) return { atoms: [{ ...atom, applied: args }], taints: [] };
  return machine.program.decorate(machine, { ...atom, applied: atom.applied ?? args }, target, site);
}

function perform(
  machine: Machine,
  known: Known,
  act: Act,
  args: Given,
  receiver: Value | undefined,
  site: Site,
  result: Value,
  guessed: boolean,
): boolean {
  const at = new Map<string, Value>();
  for (const [name, paths] of Object.entries(act)) {
    if (name === "kind" || name === "when" || name === "of") continue;
    const list: readonly string[] = Array.isArray(paths) ? paths : typeof paths === "string" && PATH_KEYS.has(name) ? [paths] : [];
    const values = list.map((path) => read(machine, path, args, receiver)).filter((value) => !isNothing(value) && !isUndefined(value));
    if (values.length > 0) at.set(name, join(...values));
  }
  if (act.kind === "parse") machine.report({ kind: "parse", input: at.get("input") ?? NOTHING }, site.at);
  if (act.kind === "timer") machine.report({ kind: "timer", delay: args.positional[1] }, site.at);
  if (act.kind === "read" && act.consumes !== undefined)
    registerPull(machine, known.broker ?? "any", act.consumes, at.get("destination"), site);
  const broker = known.broker ?? "any";
  machine.report(
    {
      kind: "act",
      act,
      broker,
      model: known.library,
      call: site.text,
      at_: at,
      awaited: site.awaited,
      unused: site.unused === true,
      guessed,
      result,
    },
    site.at,
  );
  if (act.kind === "command") return command(machine, act, args, site, result);
  return act.kind === "http" && manage(machine, act, at, site, result);
}

/** A value of the type; or an argument, where it is given. */
function handed(machine: Machine, type: string, args: Given, receiver: Value | undefined, site: Site): readonly Value[] {
  if (!/^arg\d+$/.test(type)) return [machine.program.ofType(machine, type.replace(/^\.\.\./, ""), receiver, site)];
  const value = read(machine, type, args, receiver);
  return isNothing(value) ? [] : [value];
}

const PATH_KEYS = new Set(["key", "input", "schema", "message", "requeue", "delay", "value", "statement"]);

export function callBack(machine: Machine, known: Known, callback: Callback, args: Given, receiver: Value | undefined, site: Site): void {
  const fn = read(machine, callback.fn, args, receiver);
  const own = fn.atoms.some((atom) => atom.kind === "native");
  if (!isCallable(fn) && !own && callback.consumes?.guarded !== true) return;
  if (callback.consumes !== undefined) {
    const reader = (path: string): Value => read(machine, path, args, receiver);
    registerConsumer(machine, known, callback, fn, site, reader, (condition) => holds(machine, condition, args, receiver));
    return;
  }
  const values = callback.params.flatMap((type) => handed(machine, type, args, receiver, site));
  const timer = known.member.acts?.some((act) => act.kind === "timer") === true;
  // A model names what is of interest of what a library hands over; the rest of it is there all the same.
  const handedOver = timer ? given(...values) : { ...given(...values), more: collectionOf(machine, "list", UNKNOWN, site.at) };
  const run = (): Value => machine.callBack(fn, handedOver, site, timer ? "timer" : "library");
  const { lends } = callback;
  if (lends === undefined) return void run();
  // When the server runs: what stands below it in its module is there by then.
  const { file } = machine.activation.module.ir;
  machine.later({ kind: "start", id: machine.fresh(), name: lends, file, at: site.at }, () => lend(machine, lends, run()));
}
