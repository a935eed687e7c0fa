// Runs of the program's own functions: how deep they go, how often one is run, and what is known of it beforehand.
import type { FunctionDefinition } from "../ir/ir.ts";
import { callUnknown, type Returned, runClosure } from "./calls.ts";
import type { Limits } from "./limits.ts";
import type { Activation, Machine, Site } from "./machine.ts";
import type { Meter } from "./meter.ts";
import type { Now, Runs } from "./now.ts";
import type { Given } from "./paths.ts";
import type { SourceModule } from "./scope.ts";
import { isPlain, signatureOf } from "./signature.ts";
import { type Closure, join, UNKNOWN, type Value } from "./value.ts";

/** What such a run asks of the interpreter. */
export interface Runner {
  readonly machine: Machine;
  readonly now: Now;
  readonly limits: Limits;
  readonly meter: Meter;
  /** How often something was done that rules ask about. */
  readonly doings: number;
  readonly activated: Set<FunctionDefinition>;
  /** What comes of a call is the same for everybody. */
  readonly plain: Map<string, Value>;
  enter(module: SourceModule): void;
  activate(activation: Activation, work: () => void): void;
  activationOf(module: SourceModule, closure: Closure | undefined): Activation;
}

/** Go: the last of what it gives, or all of it. */
function givesError({ returns }: FunctionDefinition): boolean {
  const last = returns?.path.at(-1) === "tuple" ? returns.args?.at(-1) : returns;
  return last?.path.length === 1 && last.path[0] === "error";
}

export function runBounded(runner: Runner, closure: Closure, args: Given, site: Site): Value {
  const { machine, now } = runner;
  const { definition, module } = closure;
  runner.activated.add(definition);
  runner.enter(module);
  const { depth, runs: mostRuns } = runner.meter.budget(now);
  const run: Runs = now.runs.get(definition) ?? { count: 0, last: UNKNOWN, alike: new Map() };
  now.runs.set(definition, run);
  const signature = signatureOf(closure, args);
  const settled = runner.plain.get(signature);
  if (settled !== undefined) return settled;
  const alike = run.alike.get(signature) ?? { count: 0, value: UNKNOWN };
  run.alike.set(signature, alike);
  if (alike.count >= runner.limits.alike) return alike.value;
  let recursion = 0;
  for (const one of now.running) if (one === definition) recursion++;
  if (now.stack.length >= depth || run.count >= mostRuns || recursion > 1) {
    if (run.count >= mostRuns) runner.meter.cutShort(now.entry);
    return run.last === UNKNOWN ? callUnknown(machine, UNKNOWN, args, site) : run.last;
  }
  alike.count++;
  now.running.push(definition);
  const told = runner.doings;
  run.count++;
  const { around, stack } = now;
  const call = machine.fresh();
  now.stack = [...stack, { file: machine.activation.module.ir.file, at: site.at, within: machine.activation.within }];
  now.around = [...around, { kind: "call", id: call, name: definition.name }];
  const before = machine.state;
  const value = runClosure(machine, closure, args, site, (own, work): Returned => {
    machine.state = before.fork();
    const activation = { ...runner.activationOf(own.module, own), base: before };
    runner.activate(activation, work);
    const ways = activation.returns.map(({ state }) => state.since(before));
    const last = machine.state;
    machine.state = before;
    before.meet(last, ...ways);
    // Every way threw, or the process ended: whoever called does not go on.
    return { returns: activation.returns.map((one) => one.value), yields: activation.yields };
  });
  Object.assign(now, { around, stack });
  if (site.unused === true && givesError(definition)) machine.report({ kind: "failed", leaves: false, dropped: call }, site.at);
  now.running.pop();
  // Nothing of the input, nothing done: it is the same for everybody.
  if (told === runner.doings && value.taints.length === 0 && isPlain(closure, args)) runner.plain.set(signature, value);
  alike.value = alike.value === UNKNOWN ? value : join(alike.value, value);
  run.last = run.last === UNKNOWN ? value : join(run.last, value);
  return value;
}
