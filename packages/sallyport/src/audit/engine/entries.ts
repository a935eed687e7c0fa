// Who is let in: tools that a model calls, and consumers that a broker hands messages to.
import type { Parameter } from "../ir/ir.ts";
import type { Known } from "../models/load.ts";
import type { Callback, Condition, Consumes, Path, Tool } from "../models/model.ts";
import type { ConsumerEntry, ToolEntry } from "./events.ts";
import type { Machine, Site } from "./machine.ts";
import { type Given, given } from "./paths.ts";
import { readSchema } from "./schemas/read.ts";
import type { Schema } from "./schema.ts";
import type { Taint } from "./taint.ts";
import { type Closure, isCallable, isNothing, join, NOTHING, objectsOf, objectValue, textsOf, UNKNOWN, type Value } from "./value.ts";

type Reader = (path: Path) => Value;

export function registerTool(machine: Machine, tool: Tool, args: Given, receiver: Value | undefined, site: Site, read: Reader): void {
  if (tool.when !== undefined && !meets(tool.when, read)) return;
  if (tool.handler === "library") return noteTool(machine, site);
  const handler = tool.handler === "lastFunction" ? (args.positional.findLast(isCallable) ?? NOTHING) : read(tool.handler);
  if (!isCallable(handler)) return;
  const schema = schemaAmong(machine, tool, args, read);
  const [name] = tool.name === undefined ? [] : textsOf(read(tool.name));
  const all = tool.input.includes("params") && tool.name === undefined;
  addTool(machine, {
    name: name ?? (all ? "every tool" : UNNAMED),
    schema,
    validated: tool.validated,
    all,
    handler,
    input: tool.input,
    alsoUnder: tool.alsoUnder,
    contextTypes: tool.contextTypes,
    site,
    self: receiver,
  });
}

function meets(when: NonNullable<Tool["when"]>, read: Reader): boolean {
  const value = read(when.path);
  if ("names" in when) {
    const names = new Set(when.names);
    return value.atoms.some(
      (atom) =>
        (atom.kind === "library" && names.has(atom.name)) ||
        (atom.kind === "constant" && names.has(String(atom.value))) ||
        (atom.kind === "object" && names.has(atom.object.type?.split(":").at(-1) ?? "")) ||
        (atom.kind === "namespace" && names.has(atom.subpath.split(/[./]/).at(-1) ?? "")),
    );
  }
  const met =
    when.equals === undefined ? !isNothing(value) : value.atoms.some((atom) => atom.kind === "constant" && atom.value === when.equals);
  return when.not === true ? !met : met;
}

function schemaAmong(machine: Machine, tool: Tool, args: Given, read: Reader): Schema | undefined {
  const candidates = (tool.schema ?? []).map(read);
  if (tool.overloads === true) candidates.push(...args.positional.filter((value) => !isCallable(value)));
  for (const candidate of candidates) {
    const schema = readSchema(machine, candidate);
    if (schema !== undefined) return schema;
  }
  return undefined;
}

/** Tools that a library makes: who calls them is let in, and what they do is the library's. */
function noteTool(machine: Machine, site: Site): void {
  const origin = machine.program.originAt(machine, "tool", site, site.text);
  const { file } = machine.activation.module.ir;
  const unknown = { schema: undefined, validated: true, all: true, handler: undefined };
  machine.note({ kind: "tool", id: machine.fresh(), name: site.text, file, at: site.at, origin, ...unknown });
}

export interface NewTool {
  readonly name: string;
  readonly schema: Schema | undefined;
  readonly validated: boolean;
  readonly all: boolean;
  readonly handler: Value;
  readonly input: string;
  readonly alsoUnder?: string | undefined;
  readonly contextTypes?: readonly string[] | undefined;
  readonly site: Site;
  readonly self?: Value | undefined;
}

export function addTool(machine: Machine, tool: NewTool): void {
  const { file } = machine.activation.module.ir;
  const closure = tool.handler.atoms.find((atom) => atom.kind === "function")?.closure;
  const name = tool.name === UNNAMED ? (handlerName(closure) ?? ownName(machine, closure) ?? UNNAMED) : tool.name;
  const origin = machine.program.originAt(machine, "tool", tool.site, name);
  const entry: ToolEntry = {
    kind: "tool",
    id: machine.fresh(),
    name,
    file,
    at: tool.site.at,
    origin,
    schema: tool.schema,
    validated: tool.validated,
    all: tool.all,
    handler: closure,
  };
  machine.later(entry, () => {
    const source = machine.source(
      origin,
      tool.all ? "arguments of a tool, as the model gives them" : `arguments of the tool \`${name}\`, as the model gives them`,
    );
    const args = tool.input === "params" ? parametersFor(machine, closure, source, tool.contextTypes) : inputFor(machine, tool, source);
    machine.call(tool.handler, args, { ...tool.site, text: tool.name, awaited: true });
  });
}

const UNNAMED = "a tool";

/** In a loop over handlers, the handler's class is the best name. */
function handlerName(closure: Closure | undefined): string | undefined {
  for (const [, cell] of closure?.scope.names() ?? [])
    for (const object of objectsOf(cell.value))
      if (object.cls !== undefined && object.cls.definition.methods.length > 0) return object.cls.definition.name;
  return undefined;
}

/** Python: a tool that is given no name is called as its function is. */
const ownName = (machine: Machine, closure: Closure | undefined): string | undefined =>
  machine.language === "python" ? closure?.definition.name.split(".").at(-1) : undefined;

/** The parameter that holds the input, and the way to it in there. */
function inputFor(machine: Machine, tool: NewTool, source: Taint): Given {
  const [root = "param0", ...path] = tool.input.split(".");
  const index = Number(root.replace("param", ""));
  const schema = tool.validated ? (tool.schema ?? declaredSchema(machine, tool, index)) : undefined;
  let value: Value = { atoms: [{ kind: "unknown" }], taints: [{ ...source, schema }] };
  if (tool.alsoUnder !== undefined) {
    const object = machine.make("object", tool.site.at);
    object.write(tool.alsoUnder, value);
    value = join(value, objectValue(object));
  }
  for (const [depth, name] of path.toReversed().entries()) {
    const object = machine.make("object", tool.site.at);
    object.write(name, value);
    // Beside the arguments stands the name of the tool.
    if (depth === 0 && name === "arguments") object.write("name", { atoms: [{ kind: "unknown" }], taints: [{ ...source, path: "name" }] });
    if (depth === 0) object.write("_meta", UNKNOWN);
    value = objectValue(object);
  }
  const before = Array.from({ length: index }, (_, at) => (tool.all && at === 0 && path.length === 0 ? named(source) : UNKNOWN));
  return given(...before, value, UNKNOWN, UNKNOWN);
}

/** Go: the library makes the schema of the type that the handler's parameter has. */
function declaredSchema(machine: Machine, tool: NewTool, index: number): Schema | undefined {
  if (machine.language !== "go") return undefined;
  const closure = tool.handler.atoms.find((atom) => atom.kind === "function")?.closure;
  const type = closure?.definition.params[index]?.type;
  const schema = type === undefined ? undefined : machine.program.schemaOfType(machine, type, closure?.scope, undefined);
  return schema?.kind === "object" ? schema : undefined;
}

const named = (source: Taint): Value => ({ atoms: [{ kind: "unknown" }], taints: [{ ...source, path: "name" }] });

/** Every parameter is an argument of the model's, but for those whose type says that the library gives them. */
function parametersFor(
  machine: Machine,
  closure: Closure | undefined,
  source: Taint,
  contextTypes: readonly string[] = ["Context"],
): Given {
  const byName = new Map<string, Value>();
  const anything: Value = { atoms: [{ kind: "unknown" }], taints: [source] };
  let moreNamed: Value | undefined;
  for (const parameter of closure?.definition.params ?? []) {
    if (parameter.style === "rest-map") moreNamed = anything;
    if (parameter.target.kind !== "name" || parameter.style === "rest" || parameter.style === "rest-map") continue;
    const { name } = parameter.target;
    if (name === "self" || name === "cls") continue;
    if (contextTypes.includes(parameter.type?.path.at(-1) ?? "")) {
      const context = closure === undefined ? NOTHING : machine.typed(parameter.type, closure.scope);
      if (!isNothing(context)) byName.set(name, context);
      continue;
    }
    if (name === "ctx" || isProvided(parameter)) continue;
    const schema = machine.program.schemaOfType(machine, parameter.type, closure?.scope, parameter.default);
    const closed = schema !== undefined && (schema.kind === "enum" || schema.kind === "boolean");
    byName.set(name, { atoms: [{ kind: "unknown" }], taints: [{ ...source, path: name, schema, closed }] });
  }
  return { positional: [], named: byName, more: undefined, moreNamed };
}

/** `db = Depends(connect)`: the server's own, by the framework. */
const isProvided = ({ default: otherwise, type }: Parameter): boolean =>
  [otherwise, ...(type?.annotations ?? [])].some(
    (one) => one?.kind === "call" && one.callee.kind === "name" && ["Depends", "Security"].includes(one.callee.name),
  );

export function registerConsumer(
  machine: Machine,
  known: Known,
  callback: Callback,
  fn: Value,
  site: Site,
  read: Reader,
  holds: (condition: Condition) => boolean,
): void {
  const consumes = callback.consumes as Consumes;
  const settles = consumes.unless !== undefined && holds(consumes.unless.when) ? consumes.unless.settles : consumes.settles;
  const destination = consumes.destination === undefined ? undefined : join(...consumes.destination.map(read));
  const isGiven = (paths: readonly Path[] | undefined): boolean => (paths ?? []).some((path) => !isNothing(read(path)));
  const options = { deadLetter: isGiven(consumes.deadLetter), bounded: isGiven(consumes.bounded) };
  const from = destination === undefined ? [] : textsOf(destination);
  addConsumer(machine, {
    consumes: { ...consumes, settles },
    broker: known.broker ?? "any",
    destination,
    options,
    fn,
    site,
    name: from[0] ?? site.text,
    params: callback.params,
    pulled: false,
  });
}

export interface NewConsumer {
  readonly consumes: Consumes;
  readonly broker: string;
  readonly destination: Value | undefined;
  readonly options: ConsumerEntry["options"];
  readonly fn: Value;
  readonly site: Site;
  readonly name: string;
  readonly params: readonly string[];
  readonly pulled: boolean;
}

/** In a tool it runs at once, since the tool waits for what it gathers; elsewhere when everything is in place. */
export function addConsumer(machine: Machine, consumer: NewConsumer): void {
  const { file } = machine.activation.module.ir;
  const origin = machine.program.originAt(machine, "message", consumer.site, consumer.name);
  const entry = machine.consumer(origin, () => ({
    kind: "consumer",
    id: machine.fresh(),
    name: consumer.name,
    file,
    at: consumer.site.at,
    origin,
    consumes: consumer.consumes,
    broker: consumer.broker,
    handler: consumer.fn.atoms.find((atom) => atom.kind === "function")?.closure,
    destination: consumer.destination,
    options: consumer.options,
    pulled: consumer.pulled,
  }));
  const run = (): void => {
    const source = machine.source(origin, "a message, as whoever wrote it");
    const holder: Value = { atoms: [], taints: [source] };
    const made = (type: string): Value =>
      type === "?" ? UNKNOWN : withTaints(machine.program.ofType(machine, type.replace(/^\.\.\./, ""), holder, consumer.site), source);
    const values = consumer.params.filter((type) => !type.startsWith("...")).map(made);
    const rest = consumer.params.find((type) => type.startsWith("..."));
    const args = given(...values);
    machine.callBack(consumer.fn, rest === undefined ? args : { ...args, more: made(rest) }, consumer.site, "library");
  };
  machine.later(entry, run);
}

/** Messages that are fetched in a loop of the program's own: the loop is the consumer. */
export function registerPull(machine: Machine, broker: string, consumes: Consumes, destination: Value | undefined, site: Site): void {
  const { file } = machine.activation.module.ir;
  const origin = machine.program.originAt(machine, "message", site);
  const name = (destination === undefined ? undefined : textsOf(destination)[0]) ?? site.text;
  const options = { deadLetter: false, bounded: false };
  machine.note({
    kind: "consumer",
    id: machine.fresh(),
    name,
    file,
    at: site.at,
    origin,
    consumes,
    broker,
    handler: undefined,
    destination,
    options,
    pulled: true,
    within: machine.entry,
  });
}

const withTaints = (value: Value, source: Taint): Value => (value.taints.length > 0 ? value : { ...value, taints: [source] });
