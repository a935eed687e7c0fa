// Runs a program as far as it matters: every module once, then everything that models and brokers may call, then
// what nothing was seen to call. Bounded in steps, in depth and in how often one function is run.
import type { Resolver } from "../frontends/frontend.ts";
import type { FunctionDefinition, Language, Module } from "../ir/ir.ts";
import type { ModelIndex } from "../models/load.ts";
import { callMemberOf, callUnknown, callValue, type Returned, runClosure } from "./calls.ts";
import { constructInstance, methodOf, typicalInstance } from "./classes.ts";
import { enterByConvention } from "./conventions.ts";
import { callConfigured, type Called, type Configured } from "./configured.ts";
import type { Around, ConsumerEntry, Entry, ToolEntry, Event, Frame, Happened } from "./events.ts";
import { isDoing } from "./doings.ts";
import { evaluateExpression } from "./expressions.ts";
import { growth } from "./growth.ts";
import { type Budget, budgetOf, type Limits, LIMITS } from "./limits.ts";
import { HeapObject } from "./heap.ts";
import type { Activation, Machine, Site } from "./machine.ts";
import { elementOf, indexOf, memberOf, writeMember } from "./members.ts";
import { bindPattern } from "./patterns.ts";
import { given } from "./paths.ts";
import { mentions } from "./mentions.ts";
import { makeProgram } from "./program.ts";
import { Scope, type SourceModule, State } from "./scope.ts";
import { declareAhead, type Nest, runStatements } from "./statements.ts";
import { isPlain, signatureOf } from "./signature.ts";
import { type Origin, step } from "./taint.ts";
import { typedValue } from "./types.ts";
import { type ClassValue, type Closure, join, NOTHING, objectValue, UNKNOWN, type Value } from "./value.ts";

export interface Analysis {
  readonly events: readonly Event[];
  readonly entries: readonly Entry[];
  /** Entries that were too large to be followed to their end. */
  readonly bounded: readonly Entry[];
  readonly steps: number;
  /** What was called while an entry ran, as written: `limiter.take`. */
  readonly called: ReadonlyMap<Entry, ReadonlySet<string>>;
}

/** How often a function was run in one entry, and what came of it. */
interface Runs {
  count: number;
  last: Value;
  readonly alike: Map<string, { count: number; value: Value }>;
}

export interface Input {
  readonly language: Language;
  readonly modules: readonly Module[];
  readonly resolve: Resolver;
  readonly models: ModelIndex;
  /** What a house says of functions of its own. */
  readonly configured?: Configured | undefined;
  /** Of the whole program. */
  readonly lines?: number;
  readonly limits?: Limits;
}

export function interpret({ language, modules, resolve, models, configured, lines = 0, limits = LIMITS }: Input): Analysis {
  const events: Event[] = [];
  const entries: Entry[] = [];
  const bounded = new Set<Entry>();
  const tools = new Set<string>();
  const consumers = new Map<Origin, ConsumerEntry>();
  const queue: { readonly entry: Entry; readonly run: () => void }[] = [];
  const called = new Map<Entry, Set<string>>();
  const note = ({ text }: Site): void => {
    const names = called.get(entry);
    if (names === undefined) called.set(entry, new Set([text]));
    else names.add(text);
  };
  const asConfigured = (call: Called, run: () => Value): Value =>
    configured === undefined ? run() : callConfigured(machine, configured, call, run);
  const activated = new Set<FunctionDefinition>();
  const nest: Nest = { jumps: [], landings: [] };
  let counter = 0;
  let turn = 0;
  /** How often something was done that rules ask about. */
  let doings = 0;
  const plain = new Map<string, Value>();
  const letIn = new Set<Entry>();
  let steps = 0;
  let spent = 0;
  let around: readonly Around[] = [];
  let stack: readonly Frame[] = [];
  let runs = new Map<FunctionDefinition, Runs>();
  let running: FunctionDefinition[] = [];
  let objects = new Map<string, readonly HeapObject[]>();
  const fresh = (): number => ++counter;
  const start = (name: string, file: string, kind: "start" | "uncalled"): Entry => ({ kind, id: fresh(), name, file, at: 0 });
  let entry: Entry = start("the program's start", modules[0]?.file ?? "", "start");

  const withEntry = <T>(next: Entry, work: () => T): T => {
    const before = {
      entry,
      around,
      stack,
      spent,
      runs,
      running,
      objects,
      state: machine.state,
      nest: { jumps: nest.jumps.splice(0), landings: nest.landings.splice(0) },
    };
    [entry, around, stack, spent, runs, running, objects] = [next, [], [], 0, new Map(), [], new Map()];
    machine.state = new State();
    try {
      return work();
    } finally {
      ({ entry, around, stack, spent, runs, running, objects } = before);
      machine.state = before.state;
      nest.jumps.push(...before.nest.jumps);
      nest.landings.push(...before.nest.landings);
    }
  };

  const activate = (activation: Activation, work: () => void): void => {
    const before = machine.activation;
    current = activation;
    try {
      work();
    } finally {
      current = before;
    }
  };

  /** A module's own code. It runs where it is first asked for, and as nobody. The files of a package run as one. */
  const enter = (module: SourceModule): void => {
    if (module.progress !== "new") return;
    const files = module.ir.package === undefined ? [module] : program.ofPackage(module.ir.package);
    for (const file of files) file.progress = "running";
    withEntry(start(module.ir.file, module.ir.file, "start"), () => {
      if (files.length > 1)
        for (const file of files) activate(activationOf(file, undefined), () => declareAhead(machine, file.ir.body, file.scope));
      for (const file of files) activate(activationOf(file, undefined), () => runModule(file));
    });
    for (const file of files) file.progress = "done";
  };

  const activationOf = (module: SourceModule, closure: Closure | undefined): Activation => ({
    module,
    closure,
    self: closure?.self,
    base: machine.state,
    returns: [],
    yields: [],
    within: closure?.definition.name ?? "",
  });

  const runModule = (module: SourceModule): void => {
    machine.execute(module.ir.body, module.scope);
    if (module.ir.language === "javascript") {
      for (const [name, cell] of module.exports) {
        const own = module.scope.own(name);
        if (own !== undefined && own !== cell) cell.value = join(cell.value, own.value);
      }
    }
  };

  const uncalled: Uncalled = (module, name, run, kind = "uncalled") =>
    withEntry(start(name, module.ir.file, kind), () => activate(activationOf(module, undefined), run));

  const program = makeProgram(modules, resolve, {
    enter,
    uncalled,
    originFresh: (kind, name, site) => machine.origin(kind, name, site.at),
    evaluateIn: (cls, value, self) => {
      let result: Value = NOTHING;
      activate({ ...activationOf(cls.module, undefined), self }, () => void (result = machine.evaluate(value, cls.scope)));
      return result;
    },
  });

  /** A function that nothing calls is looked into, and need not be followed to its end. */
  const cutShort = (): void => {
    if (entry.kind !== "uncalled" || steps > mostSteps) bounded.add(entry);
  };

  /** Where somebody is let in, it matters who else is. */
  const budget = (): Budget => (letIn.has(entry) ? limits.start : budgetOf(limits, entry));
  const mostSteps = Math.max(limits.leastSteps, limits.stepsOfALine * lines);
  const tick = (): boolean => {
    steps++;
    if (++spent <= budget().steps && steps <= mostSteps) return true;
    cutShort();
    machine.state.alive = false;
    return false;
  };

  const callClosure = (closure: Closure, args: Parameters<Machine["callClosure"]>[1], site: Site): Value => {
    const { definition, module } = closure;
    activated.add(definition);
    enter(module);
    const { depth, runs: mostRuns } = budget();
    const run = runs.get(definition) ?? { count: 0, last: UNKNOWN, alike: new Map<string, { count: number; value: Value }>() };
    runs.set(definition, run);
    const signature = signatureOf(closure, args);
    const settled = plain.get(signature);
    if (settled !== undefined) return settled;
    const alike = run.alike.get(signature) ?? { count: 0, value: UNKNOWN };
    run.alike.set(signature, alike);
    if (alike.count >= limits.alike) return alike.value;
    const recursion = running.filter((one) => one === definition).length;
    if (stack.length >= depth || run.count >= mostRuns || recursion > 1) {
      if (run.count >= mostRuns) cutShort();
      return run.last === UNKNOWN ? callUnknown(machine, UNKNOWN, args, site) : run.last;
    }
    alike.count++;
    running.push(definition);
    const told = doings;
    run.count++;
    const caller = { around, stack };
    stack = [...stack, { file: machine.activation.module.ir.file, at: site.at, within: current.within }];
    around = [...around, { kind: "call", id: fresh(), name: definition.name }];
    const before = machine.state;
    const value = runClosure(machine, closure, args, site, (own, work): Returned => {
      const inside = before.fork();
      machine.state = inside;
      const activation = { ...activationOf(own.module, own), base: before };
      activate(activation, work);
      const ways = activation.returns.map(({ state }) => state.since(before));
      const last = machine.state;
      machine.state = before;
      before.meet(last, ...ways);
      // Every way threw, or the process ended: whoever called does not go on.
      const returns = activation.returns.map((one) => one.value);
      return {
        returns: last.alive && last === inside ? [...returns, ...(returns.length > 0 ? [] : [])] : returns,
        yields: activation.yields,
      };
    });
    ({ around, stack } = caller);
    running.pop();
    // Nothing of the input, nothing done: it is the same for everybody.
    if (told === doings && isPlain(closure, args) && value.taints.length === 0) plain.set(signature, value);
    alike.value = alike.value === UNKNOWN ? value : join(alike.value, value);
    run.last = run.last === UNKNOWN ? value : join(run.last, value);
    return value;
  };

  const ways = (...all: readonly (() => void)[]): void => {
    const before = machine.state;
    const ended = all.map((run) => {
      const way = before.fork();
      machine.state = way;
      run();
      return machine.state;
    });
    machine.state = before;
    before.meet(...ended);
  };

  const first = program.sources[0];
  let current: Activation = {
    module: first as SourceModule,
    closure: undefined,
    self: undefined,
    base: new State(),
    returns: [],
    yields: [],
    within: "",
  };

  const machine: Machine = {
    program,
    models,
    language,
    get entry() {
      return entry;
    },
    state: new State(),
    get activation() {
      return current;
    },
    get stack() {
      return stack;
    },

    evaluate: (expression, scope) => (tick() ? evaluateExpression(machine, expression, scope) : NOTHING),
    execute: (statements, scope) => {
      if (tick()) runStatements(machine, nest, statements, scope);
    },
    bind: (pattern, value, scope, how) => bindPattern(machine, pattern, value, scope, how),

    call: (callee, args, site) => {
      note(site);
      return asConfigured({ callee, args, site }, () => callValue(machine, callee, args, site));
    },
    callMember: (receiver, name, args, site) => {
      note(site);
      return asConfigured({ callee: receiver, method: name, args, site }, () => callMemberOf(machine, receiver, name, args, site));
    },
    callClosure,
    construct: (cls: ClassValue, args, site) => constructInstance(machine, cls, args, site),
    callBack: (callee, args, site, of) => {
      let result: Value = NOTHING;
      const landings = nest.landings.splice(0);
      const surrounding = around;
      around = [...around, { kind: "callback", id: fresh(), of, name: site.text }];
      ways(
        () => void (result = machine.call(callee, args, site)),
        () => undefined,
      );
      around = surrounding;
      nest.landings.push(...landings);
      return result;
    },

    writer: (word) => {
      const index = running.findLastIndex((definition) => mentions(definition, word));
      const frame = index === -1 || index === running.length - 1 ? undefined : stack[index + 1];
      return frame && { file: frame.file, at: frame.at };
    },

    member: (value, name) => memberOf(machine, value, name),
    index: (value, index, at) => indexOf(machine, value, index, at),
    element: (value) => elementOf(machine, value),
    write: (object, name, value) => writeMember(machine, object, name, value),
    typed: (type, scope) => typedValue(machine, type, scope),

    make: (kind, at, type) => {
      const { file } = current.module.ir;
      const key = `${kind}:${type ?? ""}:${file}:${at}`;
      const made = at === 0 ? [] : (objects.get(key) ?? []);
      if (made.length >= limits.objects) return made.at(-1) as HeapObject;
      const object = new HeapObject(kind, file, at);
      object.type = type;
      object.common = entry.kind === "start";
      objects.set(key, [...made, object]);
      return object;
    },
    report: (event, at, place) => {
      const file = place?.file ?? current.module.ir.file;
      const happened: Happened = { entry, file, at: place?.at ?? at, stack, facts: machine.state.facts, around, turn: ++turn };
      events.push({ ...event, ...happened } as Event);
      if (isDoing(event, entry)) doings++;
    },
    within: (one, work) => {
      const before = around;
      around = [...around, one];
      try {
        return work();
      } finally {
        around = before;
      }
    },
    fresh,
    origin: (kind, name, at): Origin => ({ kind, id: fresh(), name, file: current.module.ir.file, at }),
    source: (origin, what) => ({
      origin,
      path: "",
      schema: undefined,
      closed: false,
      derived: false,
      step: step(undefined, origin.file, origin.at, what),
    }),
    ways,
    note: (next) => {
      const known = entries.some((one) => one.kind === "consumer" && next.kind === "consumer" && one.origin === next.origin);
      if (!known) entries.push(next);
    },
    consumer: (origin, make) => {
      const known = consumers.get(origin) ?? make();
      consumers.set(origin, known);
      return known;
    },
    later: (next, run) => {
      doings++;
      letIn.add(entry);
      if (next.kind === "tool" && isKnown(next)) return;
      if (!entries.includes(next)) entries.push(next);
      const { module } = current;
      const ready = (): void => withEntry(next, () => activate(activationOf(module, undefined), run));
      // What a tool listens to while it runs is a part of it.
      if (next.kind === "consumer" && entry.kind === "tool") withSame(next, run);
      else queue.push({ entry: next, run: ready });
    },
  };

  /** Registered before, in the same way: a server is often made once for each session. */
  const isKnown = (tool: ToolEntry): boolean => {
    const key = `${tool.file}:${tool.at}:${tool.name}:${tool.handler === undefined ? "" : signatureOf(tool.handler, given(), true)}`;
    if (tools.has(key)) return true;
    tools.add(key);
    return false;
  };

  /** As another, and in the same state: what it leaves behind is there for the one that registered it. */
  const withSame = (next: Entry, run: () => void): void => {
    const before = entry;
    entry = next;
    ways(run, () => undefined);
    entry = before;
  };

  const everybody: { readonly entry: Entry; readonly run: () => void }[] = [];
  const settle = (): void => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      everybody.push(next);
      next.run();
    }
  };

  /**
   * What one leaves behind (a connection that a tool opened, messages that a listener gathered) is there for another,
   * whoever came first: then all run once more, and what was seen the first time is not told.
   */
  const again = (): void => {
    const told = new Set(everybody.map((one) => one.entry));
    const kept = events.filter((event) => !told.has(event.entry) && event.entry.kind !== "consumer");
    events.length = 0;
    for (const event of kept) events.push(event);
    plain.clear();
    for (const { run } of everybody.splice(0)) run();
    settle();
  };

  if (first !== undefined) {
    for (const module of program.sources) enter(module);
    callMains(program.sources, machine, uncalled);
    const mark = growth();
    settle();
    enterByConvention(program.sources, machine, activated, uncalled, settle);
    for (const module of program.sources) callTheRest(module, machine, activated, uncalled);
    settle();
    if (growth() !== mark) again();
  }
  return { events, entries, bounded: [...bounded], steps, called };
}

type Uncalled = (module: SourceModule, name: string, run: () => void, kind?: "start" | "uncalled") => void;

/** Go's `main` and `init`. */
function callMains(sources: readonly SourceModule[], machine: Machine, uncalled: Uncalled): void {
  const called = new Set<FunctionDefinition>();
  for (const module of sources) {
    if (module.ir.language !== "go") continue;
    for (const name of ["init", "main"]) {
      for (const atom of module.scope.find(name)?.value.atoms ?? []) {
        if (atom.kind !== "function" || called.has(atom.closure.definition)) continue;
        called.add(atom.closure.definition);
        const site = { at: atom.closure.definition.at, text: name, awaited: true };
        uncalled(module, name, () => void machine.callClosure(atom.closure, given(), site), "start");
      }
    }
  }
}

/** Functions that nothing was seen to call, each as if somebody did, with arguments of which only the types are known. */
function callTheRest(module: SourceModule, machine: Machine, activated: ReadonlySet<FunctionDefinition>, uncalled: Uncalled): void {
  const run = (closure: Closure): void => {
    if (activated.has(closure.definition)) return;
    uncalled(module, closure.definition.name, () => void machine.program.callTyped(machine, closure));
  };
  const seen = new Set<Value>();
  const cells = [
    ...module.scope.names(),
    ...(module.scope.holds === "file" ? (module.scope.parent?.names() ?? []) : []),
    ...module.exports,
  ];
  for (const [, cell] of cells) {
    if (seen.has(cell.value)) continue;
    seen.add(cell.value);
    for (const atom of cell.value.atoms) {
      if (atom.kind === "function" && atom.closure.module === module) run(atom.closure);
      if (atom.kind === "class" && atom.cls.module === module && atom.cls.definition.isInterface !== true)
        runMethods(atom.cls, machine, run);
    }
  }
}

function runMethods(cls: ClassValue, machine: Machine, run: (closure: Closure) => void): void {
  for (const { name, style } of cls.definition.methods) {
    const method = style === "method" ? methodOf(cls, name) : undefined;
    if (method === undefined) continue;
    run({ ...method, self: typicalInstance(machine, cls) });
  }
  for (const method of cls.attached.values()) run({ ...method, self: typicalInstance(machine, cls) });
}

export { objectValue, Scope };
