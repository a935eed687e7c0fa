// What is established on each way of a test.
import type { SwitchCase } from "../ir/ir.ts";
import { comparison } from "./conditions.ts";
import { NEVER, type Test, both } from "./facts.ts";
import type { Machine } from "./machine.ts";
import { NOTHING, type Value, join, truthOf } from "./value.ts";

/** Establishes what a test says, where it is true or where it is false. */
export function assume(machine: Machine, value: Value, side: boolean): void {
  const { state } = machine;
  const truth = truthOf(value);
  if (truth === (side ? "false" : "true")) state.alive = false;
  const facts = side ? value.test?.whenTrue : value.test?.whenFalse;
  if (facts !== undefined && facts !== NEVER) state.facts = both(state.facts, facts);
}

/** Both sides of a test. */
export function branch(machine: Machine, test: Value, run: (side: boolean) => void): void {
  const id = machine.fresh();
  const way = (side: boolean) => (): void => {
    assume(machine, test, side);
    if (machine.state.alive) machine.within({ kind: "branch", id, side: side ? 1 : 0, test }, () => run(side));
  };
  machine.ways(way(true), way(false));
}

export function keysOf(machine: Machine, over: Value): Value {
  // Go's `range` over a channel gives what comes through it.
  const streams = over.atoms.some(
    (atom) =>
      atom.kind === "object" &&
      (atom.object.kind === "channel" || (atom.object.type !== undefined && machine.models.type(atom.object.type)?.each !== undefined)),
  );
  if (streams) return machine.element(over);
  const keys = over.atoms.flatMap((atom) => (atom.kind === "object" ? [...atom.object.fields.keys()] : []));
  const named = keys.map((key): Value => ({ atoms: [{ kind: "constant", value: key }], taints: [] }));
  return join(...named, ...over.atoms.map((atom) => (atom.kind === "object" ? atom.object.keys : NOTHING)), {
    atoms: [],
    taints: over.taints,
  });
}

export function assumeCase(
  machine: Machine,
  tests: readonly { readonly subject: Value; readonly against: Value }[],
  one: SwitchCase,
): void {
  if (one.tests.length === 0) return;
  const known = tests.map(({ subject, against }): Test | undefined =>
    truthOf(subject) === "true" && subject.taints.length === 0 && against.test !== undefined
      ? against.test
      : comparison("==", subject, against),
  );
  const impossible = tests.every(({ subject, against }) => neverEqual(subject, against));
  if (impossible) machine.state.alive = false;
  const [first] = known;
  if (first !== undefined && first.whenTrue !== NEVER && known.every((test) => test !== undefined))
    machine.state.facts = both(machine.state.facts, first.whenTrue);
}

function neverEqual(subject: Value, against: Value): boolean {
  if (subject.taints.length + against.taints.length > 0) return false;
  const constants = (value: Value): readonly unknown[] | undefined => {
    const all = value.atoms.map((atom) => (atom.kind === "constant" ? [atom.value] : undefined));
    return all.every((one) => one !== undefined) ? all.flat() : undefined;
  };
  const [ours, theirs] = [constants(subject), constants(against)];
  return (
    ours !== undefined && theirs !== undefined && ours.length > 0 && theirs.length > 0 && !ours.some((one) => theirs.includes(one as never))
  );
}
