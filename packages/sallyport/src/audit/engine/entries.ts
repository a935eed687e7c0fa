// Who is let in by asking: tools that a model calls, and resources that a client reads.
import type { Parameter } from "../ir/ir.ts";
import type { Path, Tool } from "../models/model.ts";
import type { ToolEntry } from "./events.ts";
import type { Machine, Site } from "./machine.ts";
import { type Given, given } from "./paths.ts";
import { readSchema } from "./schemas/read.ts";
import type { Schema } from "./schema.ts";
import type { Taint } from "./taint.ts";
import { type Closure, isCallable, isNothing, join, NOTHING, objectsOf, objectValue, textsOf, UNKNOWN, type Value } from "./value.ts";

type Reader = (path: Path) => Value;

/** What a client may ask a server for: to do something, or to read something. */
type Asked = "tool" | "resource";

export function registerTool(
  machine: Machine,
  tool: Tool,
  asked: Asked,
  args: Given,
  receiver: Value | undefined,
  site: Site,
  read: Reader,
): void {
  if (tool.when !== undefined && !meets(tool.when, read)) return;
  if (tool.handler === "library") return noteTool(machine, site);
  const handler = tool.handler === "lastFunction" ? (args.positional.findLast(isCallable) ?? NOTHING) : read(tool.handler);
  if (!isCallable(handler)) return;
  const schema = schemaAmong(machine, tool, args, read);
  const [name] = tool.name === undefined ? [] : textsOf(read(tool.name));
  const all = tool.input.includes("params") && tool.name === undefined;
  const isFixed = tool.fixedBy !== undefined && read(tool.fixedBy).atoms.every(({ kind }) => kind === "constant" || kind === "text");
  addTool(machine, {
    asked,
    name: name ?? (all ? `every ${asked}` : UNNAMED),
    schema,
    validated: tool.validated,
    all,
    handler,
    input: isFixed ? "none" : tool.input,
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
  readonly asked: Asked;
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
  const fresh = machine.program.originAt(machine, "tool", tool.site, name);
  const origin = tool.asked === "resource" ? { ...fresh, asked: tool.asked } : fresh;
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
    const source = machine.source(origin, ASKED_WITH[tool.asked](tool.all ? `a ${tool.asked}` : `the ${tool.asked} \`${name}\``));
    const args = tool.input === "params" ? parametersFor(machine, closure, source, tool.contextTypes) : inputFor(machine, tool, source);
    machine.call(tool.handler, args, { ...tool.site, text: tool.name, awaited: true });
  });
}

const UNNAMED = "a tool";

const ASKED_WITH: Readonly<Record<Asked, (of: string) => string>> = {
  tool: (of) => `arguments of ${of}, as the model gives them`,
  resource: (of) => `parts of the URI of ${of}, as the client asks for it`,
};

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
  if (tool.input === "none") return given(UNKNOWN, UNKNOWN, UNKNOWN);
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
  const beside = tool.asked === "resource" ? "uri" : "name";
  const saysWhich = (at: number): boolean => at === 0 && path.length === 0 && (tool.all || tool.asked === "resource");
  const before = Array.from({ length: index }, (_, at) => (saysWhich(at) ? named(source, beside) : UNKNOWN));
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

const named = (source: Taint, path: string): Value => ({ atoms: [{ kind: "unknown" }], taints: [{ ...source, path }] });

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
