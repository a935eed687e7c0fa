// Runs a program as far as it matters: every module once, then everything that models and brokers may call, then
// what nothing was seen to call. Bounded in steps, in depth and in how often one function is run.
import type { FunctionDefinition } from "../ir/ir.ts";
import type { Analysis, Input } from "./analysis.ts";
import { callMemberOf, callValue } from "./calls.ts";
import { runBounded, type Runner } from "./closure-runs.ts";
import { constructInstance } from "./classes.ts";
import { callConfigured, type Called } from "./configured.ts";
import { enterByConvention } from "./conventions.ts";
import { isDoing } from "./doings.ts";
import type { Entry, Event, Happened } from "./events.ts";
import { evaluateExpression } from "./expressions.ts";
import { growth } from "./growth.ts";
import { HeapObject } from "./heap.ts";
import { LIMITS } from "./limits.ts";
import type { Activation, Machine, Site } from "./machine.ts";
import { elementOf, indexOf, memberOf, writeMember } from "./members.ts";
import { mentions } from "./mentions.ts";
import { Meter } from "./meter.ts";
import { activationAt, type Now, nowOf } from "./now.ts";
import { bindPattern } from "./patterns.ts";
import { makeProgram } from "./program.ts";
import { makeRegister } from "./register.ts";
import { type SourceModule, State } from "./scope.ts";
import { declareAhead, type Nest, runStatements } from "./statements.ts";
import { type Origin, step } from "./taint.ts";
import { typedValue } from "./types.ts";
import { callMains, callTheRest, type Uncalled } from "./uncalled.ts";
import { type ClassValue, type Closure, join, NOTHING, type Value } from "./value.ts";

export type { Analysis } from "./analysis.ts";

export function interpret({ language, modules, resolve, models, configured, lines = 0, limits = LIMITS }: Input): Analysis {
  const events: Event[] = [];
  const meter = new Meter(limits, lines);
  const register = makeRegister();
  const called = new Map<Entry, Set<string>>();
  const note = ({ text }: Site): void => {
    const names = called.get(now.entry);
    if (names === undefined) called.set(now.entry, new Set([text]));
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
  const fresh = (): number => ++counter;
  const start = (name: string, file: string, kind: "start" | "uncalled"): Entry => ({ kind, id: fresh(), name, file, at: 0 });
  let now = nowOf(start("the program's start", modules[0]?.file ?? "", "start"));

  const starting = new Map<Entry, Now["objects"]>();
  const withEntry = <T>(next: Entry, work: () => T): T => {
    const before = { now, state: machine.state, jumps: nest.jumps.splice(0), landings: nest.landings.splice(0) };
    // A program starts once: where it is followed again, what it made is what others hold.
    now = nowOf(next, starting.get(next));
    if (next.kind === "start") starting.set(next, now.objects);
    machine.state = new State();
    try {
      return work();
    } finally {
      ({ now } = before);
      machine.state = before.state;
      nest.jumps.push(...before.jumps);
      nest.landings.push(...before.landings);
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

  const activationOf = (module: SourceModule, closure: Closure | undefined): Activation => activationAt(machine.state, module, closure);

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

  const tick = (): boolean => {
    const goesOn = meter.spend(now);
    if (!goesOn) machine.state.alive = false;
    return goesOn;
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

  const runner: Runner = {
    limits,
    activated,
    plain,
    enter,
    meter,
    activate,
    activationOf,
    get machine() {
      return machine;
    },
    get now() {
      return now;
    },
    get doings() {
      return doings;
    },
  };

  const first = program.sources[0];
  let current = activationAt(new State(), first as SourceModule, undefined);

  const machine: Machine = {
    program,
    models,
    language,
    get entry() {
      return now.entry;
    },
    state: new State(),
    get activation() {
      return current;
    },
    get stack() {
      return now.stack;
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
    callClosure: (closure, args, site) => runBounded(runner, closure, args, site),
    construct: (cls: ClassValue, args, site) => constructInstance(machine, cls, args, site),
    callBack: (callee, args, site, of) => {
      let result: Value = NOTHING;
      const landings = nest.landings.splice(0);
      const surrounding = now.around;
      now.around = [...now.around, { kind: "callback", id: fresh(), of, name: site.text }];
      ways(
        () => void (result = machine.call(callee, args, site)),
        () => undefined,
      );
      now.around = surrounding;
      nest.landings.push(...landings);
      return result;
    },

    writer: (word) => {
      const index = now.running.findLastIndex((definition) => mentions(definition, word));
      const frame = index === -1 || index === now.running.length - 1 ? undefined : now.stack[index + 1];
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
      const made = at === 0 ? [] : (now.objects.get(key) ?? []);
      if (made.length >= limits.objects) return made.at(-1) as HeapObject;
      const object = now.made.get(key)?.[made.length] ?? new HeapObject(kind, file, at);
      object.type = type;
      object.common = now.entry.kind === "start";
      now.objects.set(key, [...made, object]);
      return object;
    },
    report: (event, at, place) => {
      const file = place?.file ?? current.module.ir.file;
      const { entry, stack, around } = now;
      const happened: Happened = { entry, file, at: place?.at ?? at, stack, facts: machine.state.facts, around, turn: ++turn };
      events.push({ ...event, ...happened } as Event);
      if (isDoing(event, entry)) doings++;
    },
    within: (one, work) => {
      const before = now.around;
      now.around = [...now.around, one];
      try {
        return work();
      } finally {
        now.around = before;
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
    note: (next) => register.note(next),
    consumer: (origin, make) => register.consumer(origin, make),
    later: (next, run) => {
      doings++;
      meter.letsIn(now.entry);
      if (!register.add(next)) return;
      const { module } = current;
      const ready = (): void => withEntry(next, () => activate(activationOf(module, undefined), run));
      // What a tool listens to while it runs is a part of it.
      if (next.kind === "consumer" && now.entry.kind === "tool") withSame(next, run);
      else register.queue(next, ready);
    },
  };

  /** As another, and in the same state: what it leaves behind is there for the one that registered it. */
  const withSame = (next: Entry, run: () => void): void => {
    const before = now.entry;
    now.entry = next;
    ways(run, () => undefined);
    now.entry = before;
  };

  if (first !== undefined) {
    for (const module of program.sources) enter(module);
    callMains(program.sources, machine, uncalled);
    const mark = growth();
    register.settle();
    enterByConvention(program.sources, machine, activated, uncalled, () => register.settle());
    for (const module of program.sources) callTheRest(module, machine, activated, uncalled);
    register.settle();
    if (growth() !== mark) {
      plain.clear();
      register.again(events);
    }
  }
  return { events, entries: register.entries, bounded: [...meter.cut], steps: meter.steps, called };
}
