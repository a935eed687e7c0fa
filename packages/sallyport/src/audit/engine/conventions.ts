// Functions that a platform calls though nothing registers them: a consumer is told by the type of its parameter, or by what
// it reads of it; a tool by where its file stands. What is neither stays nobody's.
import type { FunctionDefinition, Module, Parameter, Pattern, Statement, TypeRef } from "../ir/ir.ts";
import type { KnownConvention, KnownType } from "../models/load.ts";
import { addConsumer } from "./consumers.ts";
import { addTool } from "./entries.ts";
import type { Machine } from "./machine.ts";
import { readsOf } from "./reads.ts";
import type { Scope, SourceModule } from "./scope.ts";
import { readSchema } from "./schemas/read.ts";
import { type Closure, functionValue, textsOf, type Value } from "./value.ts";

/** Names that handlers have as a rule: looked at first, so that what they call is not taken for one. */
const USUAL = new Set(["handler", "lambda_handler", "default", "main"]);

interface Delivered {
  readonly type: KnownType;
  /** Which parameter. */
  readonly index: number;
}

type Run = (module: SourceModule, name: string, run: () => void, kind: "start") => void;

/** After what was registered has run: a function that something calls is no platform's. */
export function enterByConvention(
  sources: readonly SourceModule[],
  machine: Machine,
  activated: ReadonlySet<FunctionDefinition>,
  run: Run,
  settle: () => void,
): void {
  if (machine.models.conventions.length === 0) return;
  const imported = importedBy(sources);
  const everywhere = sources.flatMap((module) => exportsOf(machine, module).map((one) => ({ ...one, module })));
  const usual = everywhere.filter(({ name }) => USUAL.has(name));
  const rest = everywhere.filter(({ name }) => !USUAL.has(name));
  const known = new Set<FunctionDefinition>();
  for (const [some, first] of [[usual, true] as const, [rest, false] as const]) {
    for (const { name, closure, module } of some) {
      if (known.has(closure.definition)) continue;
      const tool = toolBy(machine, module, name, imported);
      if (tool !== undefined) run(module, name, () => addToolFor(machine, module, tool, closure), "start");
      if (tool !== undefined || (!first && activated.has(closure.definition))) continue;
      known.add(closure.definition);
      const delivered = deliveredTo(machine, closure);
      if (delivered !== undefined) run(closure.module, name, () => deliver(machine, closure, delivered, name), "start");
      else if (deliveredType(machine, closure.definition.returns, closure.module.scope) !== undefined)
        run(closure.module, name, () => void deliverTo(machine, machine.program.callTyped(machine, closure)), "start");
    }
    settle();
  }
}

/** A function that is handed to somebody who is not known (`middy(handler)`, `lambda.Start(handler)`). */
export function deliverTo(machine: Machine, fn: Value): boolean {
  let known = false;
  for (const atom of fn.atoms) {
    const delivered = atom.kind === "function" ? deliveredTo(machine, atom.closure) : undefined;
    if (atom.kind !== "function" || delivered === undefined) continue;
    known = true;
    deliver(machine, atom.closure, delivered, atom.closure.definition.name || "a handler");
  }
  return known;
}

function deliver(machine: Machine, closure: Closure, { type, index }: Delivered, name: string): void {
  if (type.delivered === undefined) return;
  addConsumer(machine, {
    consumes: type.delivered,
    params: [...Array.from({ length: index }, () => "?"), type.name, "?"],
    broker: type.broker ?? "any",
    destination: undefined,
    options: { deadLetter: false, bounded: false },
    fn: functionValue(closure),
    site: { at: closure.definition.at, text: name, awaited: true },
    name: name.split(".").at(-1) ?? name,
    pulled: false,
  });
}

// ------------------------------------------------------------------------------------------------------- consumers

function deliveredTo(machine: Machine, closure: Closure): Delivered | undefined {
  const { definition, module, scope } = closure;
  const own = definition.params.findIndex(({ target }) => target.kind !== "name" || !["self", "cls"].includes(target.name));
  for (const [index, { type }] of definition.params.entries()) {
    const found = deliveredType(machine, type, scope);
    if (found !== undefined) return { type: found, index: index - Math.max(own, 0) };
  }
  const typed = deliveredType(machine, declaredTypes(module.ir).get(definition), module.scope);
  if (typed !== undefined) return { type: typed, index: 0 };
  const first = definition.params[own];
  if (first === undefined || first.style !== undefined) return undefined;
  for (const { gives, convention } of machine.models.conventions) {
    if (gives === undefined || !readsAll(convention.reads ?? [], first, closure)) continue;
    const type = machine.models.type(gives);
    if (type !== undefined) return { type, index: 0 };
  }
  return undefined;
}

/** The type itself, a function's type that takes it, or one of a function's type in general: `Handler<SQSEvent>`. */
function deliveredType(machine: Machine, type: TypeRef | undefined, scope: Scope, depth = 0): KnownType | undefined {
  if (type === undefined || depth > 3) return undefined;
  const [head = "", ...rest] = type.path;
  const cell = scope.find(head);
  let value = cell && machine.state.read(cell);
  for (const name of rest) value = value && machine.member(value, name);
  for (const atom of value?.atoms ?? []) {
    const returns = atom.kind === "library" ? atom.known.member.returns : undefined;
    const known = returns === undefined ? undefined : machine.models.type(returns);
    if (known?.delivered !== undefined) return known;
    if (known?.takes !== undefined) return machine.models.type(known.takes);
  }
  for (const inner of type.args ?? []) {
    const found = deliveredType(machine, inner, scope, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first word of the parameter itself, the others there or in functions of its file that it names. */
function readsAll([first, ...others]: readonly string[], { target }: Parameter, closure: Closure): boolean {
  if (first === undefined || !isRead(first, target, closure.definition)) return false;
  const all = [...namedBy(closure)].map((definition) => readsOf(definition).names);
  return others.every((word) => all.some((names) => names.has(word)));
}

function namedBy({ definition, module }: Closure, found = new Set<FunctionDefinition>()): ReadonlySet<FunctionDefinition> {
  found.add(definition);
  for (const name of readsOf(definition).named)
    for (const atom of module.scope.find(name)?.value.atoms ?? [])
      if (atom.kind === "function" && atom.closure.module === module && !found.has(atom.closure.definition)) namedBy(atom.closure, found);
  return found;
}

const isRead = (word: string, target: Pattern, definition: FunctionDefinition): boolean =>
  target.kind === "object"
    ? target.entries.some(({ key }) => key === word)
    : target.kind === "name" && readsOf(definition).of(target.name).has(word);

const declared = new WeakMap<Module, ReadonlyMap<FunctionDefinition, TypeRef>>();

/** Types that functions have by what they are put into (`const handler: SQSHandler = …`) or returned as (`(): SQSHandler => …`). */
function declaredTypes(ir: Module): ReadonlyMap<FunctionDefinition, TypeRef> {
  const before = declared.get(ir);
  if (before !== undefined) return before;
  const found = new Map<FunctionDefinition, TypeRef>();
  const look = (body: readonly Statement[], returns: TypeRef | undefined): void => {
    for (const one of body) {
      const value = one.kind === "let" || one.kind === "return" || one.kind === "export" ? one.value : undefined;
      const type = one.kind === "let" ? (one.type ?? (one.target.kind === "name" ? one.target.type : undefined)) : returns;
      if (value?.kind !== "function") continue;
      if (type !== undefined && one.kind !== "export") found.set(value.fn, type);
      look(value.fn.body, value.fn.returns);
    }
  };
  look(ir.body, undefined);
  declared.set(ir, found);
  return found;
}

// ------------------------------------------------------------------------------------------------------------ tools

function toolBy(machine: Machine, { ir, exports }: SourceModule, name: string, imported: ReadonlySet<string>): KnownConvention | undefined {
  return machine.models.conventions.find(
    ({ packages, convention: { tool, under, exported, beside } }) =>
      tool !== undefined &&
      exported?.includes(name) === true &&
      (under === undefined || `/${ir.file}`.includes(`/${under}/`)) &&
      (beside === undefined || beside.some((one) => exports.has(one))) &&
      packages.some((one) => imported.has(one)),
  );
}

function addToolFor(machine: Machine, module: SourceModule, { convention: { tool } }: KnownConvention, closure: Closure): void {
  if (tool === undefined) return;
  const read = (path: string): Value => {
    const [first = "", ...rest] = path.split(".");
    return rest.reduce((value, name) => machine.member(value, name), machine.program.exported(machine, module, first));
  };
  const [named] = tool.name === undefined ? [] : textsOf(read(tool.name));
  const file = module.ir.file.split("/").at(-1) ?? module.ir.file;
  addTool(machine, {
    asked: "tool",
    name: named ?? file.replace(/\.\w+$/, ""),
    schema: tool.schema === undefined ? undefined : readSchema(machine, read(tool.schema)),
    validated: tool.validated,
    all: false,
    handler: functionValue(closure),
    input: tool.input,
    site: { at: closure.definition.at, text: named ?? file, awaited: true },
  });
}

// ---------------------------------------------------------------------------------------------------------- modules

/** Whether the program somewhere imports a package, or reads a member, of one of these names. */
export function speaksOfAny(sources: readonly SourceModule[], names: readonly string[]): boolean {
  const imported = importedBy(sources);
  return names.some((name) => imported.has(name) || sources.some(({ ir }) => readsOf(ir).names.has(name)));
}

function importedBy(sources: readonly SourceModule[]): ReadonlySet<string> {
  const names = sources.flatMap(({ ir }) => ir.body.flatMap((one) => (one.kind === "import" ? one.from : [])));
  return new Set(names.flatMap((name) => [name, name.split("/")[0] ?? name]));
}

/** Functions that a module gives away. Go gives all of them away, and hands its handlers over. */
function exportsOf(machine: Machine, module: SourceModule): readonly { readonly name: string; readonly closure: Closure }[] {
  const { language } = module.ir;
  if (language === "go") return [];
  const found = language === "python" ? [...module.scope.names()] : [...module.exports];
  const values = found.map(([name, cell]): readonly [string, Value] => [name, machine.state.read(cell)]);
  const whole = module.exports.get("*")?.value.atoms ?? [];
  const inWhole = whole.flatMap((atom) => (atom.kind === "object" ? [...atom.object.fields] : []));
  return [...values, ...inWhole].flatMap(([name, value]) =>
    value.atoms.flatMap((atom) => (atom.kind === "function" ? [{ name, closure: atom.closure }] : [])),
  );
}
