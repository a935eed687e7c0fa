// Statements: the ways that a program may take, and what is established on each.
import type { Catch, Loop, Statement, SwitchCase } from "../ir/ir.ts";
import { assume, assumeCase, branch, keysOf } from "./branches.ts";
import { caughtError } from "./caught.ts";
import { asksForError, leaves } from "./errors.ts";
import type { Machine } from "./machine.ts";
import { Scope, type State } from "./scope.ts";
import { tableOf } from "./tables.ts";
import { markUnused } from "./unused.ts";
import { NOTHING, UNDEFINED, UNKNOWN, type Value, isNothing, join, objectValue, truthOf } from "./value.ts";

type Of<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

/** Where a `break` or `continue` goes, and with what it came. */
export interface Jumps {
  readonly label: string | undefined;
  readonly loop: boolean;
  readonly base: State;
  readonly breaks: State[];
  readonly continues: State[];
}

/** Where a throw goes. */
export interface Landing {
  readonly base: State;
  readonly thrown: { readonly value: Value; readonly state: State }[];
}

export interface Nest {
  readonly jumps: Jumps[];
  readonly landings: Landing[];
}

export function runStatements(machine: Machine, nest: Nest, statements: readonly Statement[], scope: Scope): void {
  declareAhead(machine, statements, scope);
  for (const statement of statements) {
    if (!machine.state.alive) return;
    if (statement.kind !== "import" && !isAhead(statement)) runStatement(machine, nest, statement, scope);
  }
}

/** What is there before anything runs: imports, functions, shapes. */
export function declareAhead(machine: Machine, statements: readonly Statement[], scope: Scope): void {
  for (const statement of statements) if (statement.kind === "import") machine.program.bindImport(machine, statement, scope);
  for (const statement of statements) if (isAhead(statement)) declare(machine, statement, scope);
}

/** Known before the block runs: functions and shapes. A class is made where it stands, since its bases and statics are. */
function isAhead(statement: Statement): statement is Of<"let"> {
  if (statement.kind !== "let" || statement.hoisted !== true) return false;
  return statement.value?.kind !== "class" || statement.value.cls.isInterface === true || statement.value.cls.bases.length === 0;
}

function runStatement(machine: Machine, nest: Nest, statement: Statement, scope: Scope): void {
  switch (statement.kind) {
    case "expression":
      markUnused(statement.value);
      machine.evaluate(statement.value, scope);
      return;
    case "spawn":
    case "defer":
      machine.evaluate(statement.value, scope);
      return;
    case "let":
      return declare(machine, statement, scope);
    case "import":
      return;
    case "export":
      return machine.program.bindExport(machine, statement, scope);
    case "export-all":
      return machine.program.passOn(machine, statement, scope);
    case "if":
      return runIf(machine, statement, scope);
    case "loop":
      return runLoop(machine, nest, statement, scope);
    case "switch":
      return runSwitch(machine, nest, statement, scope);
    case "try":
      return runTry(machine, nest, statement, scope);
    case "throw":
      return runThrow(machine, nest, statement, scope);
    case "return":
      return runReturn(machine, statement, scope);
    case "break":
    case "continue":
      return jump(machine, nest, statement);
    case "block":
      return machine.execute(statement.body, new Scope("block", scope));
    case "with":
      return runWith(machine, statement, scope);
    case "unread":
      return;
  }
}

function declare(machine: Machine, { target, value, type, at }: Of<"let">, scope: Scope): void {
  const typed = type === undefined ? NOTHING : machine.typed(type, scope);
  if (value === undefined && machine.language === "go" && type !== undefined) {
    const made = machine.program.instanceFor(machine, type, scope, at);
    return machine.bind(target, isNothing(made) ? objectValue(machine.make("object", at)) : made, scope, "declare");
  }
  // Go: `rows, _ := f()`.
  if (machine.language === "go" && value !== undefined && target.kind === "array" && target.items.at(-1) === undefined) markUnused(value);
  const given = value === undefined ? UNDEFINED : machine.evaluate(value, scope);
  const known = value === undefined || given.atoms.every((atom) => atom.kind === "unknown") ? typed : NOTHING;
  machine.bind(target, isNothing(known) ? given : { ...known, taints: given.taints }, scope, "declare");
}

function runIf(machine: Machine, statement: Of<"if">, scope: Scope): void {
  const test = machine.evaluate(statement.test, scope);
  const fails = machine.language === "go" && asksForError(statement.test);
  branch(machine, test, (side) => {
    if (side && fails) machine.report({ kind: "failed", leaves: leaves(statement.then) }, statement.at);
    machine.execute(side ? statement.then : statement.else, new Scope("block", scope));
  });
}

function runLoop(machine: Machine, nest: Nest, loop: Loop, scope: Scope): void {
  const id = machine.fresh();
  const jumps: Jumps = { label: loop.label, loop: true, base: machine.state, breaks: [], continues: [] };
  const inner = new Scope("block", scope);
  const over = loop.over === undefined ? undefined : machine.evaluate(loop.over, scope);
  const endless = loop.style === "while" && (loop.test === undefined || truthOf(machine.evaluate(loop.test, inner)) === "true");
  nest.jumps.push(jumps);
  const row = over === undefined || loop.style !== "each" ? undefined : tableOf(machine, over, loop.at);
  if (row !== undefined) {
    runRow(machine, loop, row, inner, id);
    nest.jumps.pop();
    if (jumps.breaks.length > 0) rejoin(machine, jumps.breaks);
    return;
  }
  // Twice: what the first turn leaves behind is there in the second.
  for (let turn = 0; turn < 2 && machine.state.alive; turn++) {
    const before = machine.state;
    const body = before.fork();
    machine.state = body;
    machine.within({ kind: "loop", id, endless }, () => runTurn(machine, loop, over, inner));
    machine.state = before;
    const skips = endless || (turn === 0 && loop.testLast === true) ? [] : [before.fork()];
    before.meet(body, ...skips, ...jumps.continues.splice(0).map((state) => state.since(before)));
  }
  nest.jumps.pop();
  if (endless) machine.state.alive = false;
  else if (loop.test !== undefined && loop.testLast !== true) assume(machine, machine.evaluate(loop.test, inner), false);
  if (loop.else !== undefined && machine.state.alive) machine.execute(loop.else, scope);
  if (jumps.breaks.length > 0) rejoin(machine, jumps.breaks);
}

function runRow(machine: Machine, loop: Loop, row: readonly Value[], scope: Scope, id: number): void {
  for (const item of row) {
    const turn = new Scope("block", scope);
    machine.ways(
      () => {
        if (loop.target !== undefined) machine.bind(loop.target, item, turn, "declare");
        machine.within({ kind: "loop", id, endless: false }, () => machine.execute(loop.body, turn));
      },
      () => undefined,
    );
  }
}

/** States that jumped out of nested ways come in beside the one that is here. */
function rejoin(machine: Machine, states: readonly State[]): void {
  const here = machine.state;
  const wasAlive = here.alive;
  here.alive = true;
  const ways = states.map((state) => state.since(here));
  const stays = here.fork();
  stays.alive = wasAlive;
  here.meet(stays, ...ways);
}

function runTurn(machine: Machine, loop: Loop, over: Value | undefined, scope: Scope): void {
  const turn = new Scope("block", scope);
  if (loop.testLast !== true && loop.test !== undefined) assume(machine, machine.evaluate(loop.test, turn), true);
  if (loop.target !== undefined && over !== undefined) {
    const item = loop.style === "keys" ? keysOf(machine, over) : machine.element(over);
    if (isNothing(item) && over.atoms.every((atom) => atom.kind === "object")) machine.state.alive = false;
    machine.bind(loop.target, isNothing(item) ? UNKNOWN : item, turn, "declare");
  }
  if (!machine.state.alive) return;
  machine.execute(loop.body, turn);
  if (loop.testLast === true && loop.test !== undefined && machine.state.alive) machine.evaluate(loop.test, turn);
}

function runSwitch(machine: Machine, nest: Nest, statement: Of<"switch">, scope: Scope): void {
  const subject = machine.evaluate(statement.subject, scope);
  const id = machine.fresh();
  const jumps: Jumps = { label: undefined, loop: false, base: machine.state, breaks: [], continues: [] };
  nest.jumps.push(jumps);
  const inner = new Scope("block", scope);
  const tests = statement.cases.map((one) => one.tests.map((test) => ({ subject, against: machine.evaluate(test, inner) })));
  const hasDefault = statement.cases.some((one) => one.tests.length === 0);
  const runs = statement.cases.map((one, index) => (): void => {
    assumeCase(machine, tests[index] ?? [], one);
    const test: Value = { atoms: [{ kind: "unknown" }], taints: subject.taints };
    machine.within({ kind: "branch", id, side: index, test }, () => fallThrough(machine, statement.cases, index, inner));
  });
  machine.ways(...runs, ...(hasDefault ? [] : [(): void => undefined]));
  nest.jumps.pop();
  if (jumps.breaks.length > 0) rejoin(machine, jumps.breaks);
}

function fallThrough(machine: Machine, cases: readonly SwitchCase[], from: number, scope: Scope): void {
  for (const one of cases.slice(from)) {
    if (!machine.state.alive) return;
    machine.execute(one.body, scope);
    if (!one.fallsThrough) return;
  }
}

function runTry(machine: Machine, nest: Nest, statement: Of<"try">, scope: Scope): void {
  const id = machine.fresh();
  const before = machine.state;
  const catches = statement.catches.length > 0;
  const landing: Landing = { base: before, thrown: [] };
  const body = before.fork();
  machine.state = body;
  if (catches) nest.landings.push(landing);
  machine.within({ kind: "try", id, part: "body", catches, caughtAt: statement.catches[0]?.at }, () =>
    machine.execute(statement.body, new Scope("block", scope)),
  );
  if (catches) nest.landings.pop();
  const ways: State[] = [body];
  for (const one of statement.catches) {
    // Anything in the body may throw, at its start as at its end.
    const caught = before.fork();
    const starts = [before.fork(), ...landing.thrown.map(({ state }) => state.since(before))];
    const end = body.since(before);
    end.facts = before.facts;
    caught.meet(...starts.map((start) => start.since(before)), end);
    machine.state = caught;
    machine.within({ kind: "try", id, part: "catch", catches, caughtAt: one.at }, () => runCatch(machine, one, landing, scope, id));
    ways.push(machine.state);
  }
  machine.state = before;
  before.meet(...ways);
  if (statement.finally.length === 0) return;
  const survives = before.alive;
  before.alive = true;
  machine.within({ kind: "try", id, part: "finally", catches }, () => machine.execute(statement.finally, new Scope("block", scope)));
  before.alive &&= survives;
}

function runCatch(machine: Machine, { target, body }: Catch, landing: Landing, scope: Scope, id: number): void {
  const inner = new Scope("block", scope);
  if (target !== undefined) {
    const error = machine.make("instance", target.at);
    error.type = "error";
    const thrown = join(...landing.thrown.map(({ value }) => value));
    machine.bind(
      target,
      join({ atoms: [{ kind: "object", object: error }], taints: [caughtError(machine, id, target.at)] }, thrown),
      inner,
      "declare",
    );
  }
  machine.execute(body, inner);
}

function runThrow(machine: Machine, nest: Nest, { value, at }: Of<"throw">, scope: Scope): void {
  const thrown = value === undefined ? UNKNOWN : machine.evaluate(value, scope);
  const landing = nest.landings.at(-1);
  machine.report({ kind: "throw", value: thrown, caught: landing !== undefined }, at);
  landing?.thrown.push({ value: thrown, state: machine.state });
  machine.state.alive = false;
}

function runReturn(machine: Machine, { value, at }: Of<"return">, scope: Scope): void {
  const returned = value === undefined ? UNDEFINED : machine.evaluate(value, scope);
  if (!machine.state.alive) return;
  machine.report({ kind: "return", value: returned }, at);
  machine.activation.returns.push({ value: returned, state: machine.state });
  machine.state.alive = false;
}

function jump(machine: Machine, nest: Nest, statement: Of<"break"> | Of<"continue">): void {
  const goes = nest.jumps.findLast(
    ({ label, loop }) => (statement.label === undefined || label === statement.label) && (statement.kind === "break" || loop),
  );
  const list = statement.kind === "break" ? goes?.breaks : goes?.continues;
  if (goes !== undefined) list?.push(machine.state.since(goes.base));
  machine.state.alive = false;
}

function runWith(machine: Machine, { value, target, body, at }: Of<"with">, scope: Scope): void {
  const entered = machine.evaluate(value, scope);
  if (target !== undefined) {
    const own = machine.callMember(entered, "__enter__", NO_ARGUMENTS, { at, text: "with", awaited: true });
    const given = own.atoms.every((atom) => atom.kind === "unknown") ? join(entered, { atoms: [], taints: own.taints }) : own;
    machine.bind(target, given, scope, "assign");
  }
  machine.execute(body, scope);
}

const NO_ARGUMENTS = { positional: [], named: new Map<string, Value>(), more: undefined, moreNamed: undefined };
