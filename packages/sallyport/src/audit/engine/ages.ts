// Times and ages: `now - sent`, `sent < now - window`, `time.Since(sent)`, `sent.Before(now.Add(-window))`. What a comparison
// of them says of a message's age, and whether a time that is none (NaN) would be let through by it.
import { both, type Facts, factsAbout, test, type Test } from "./facts.ts";
import type { Machine, Site } from "./machine.ts";
import { type Given } from "./paths.ts";
import { type Atom, join, UNKNOWN, type Value } from "./value.ts";

type Age = Extract<Atom, { kind: "age" }>;

export const isNow = (value: Value): boolean => value.atoms.some(({ kind }) => kind === "now");
const ageIn = (value: Value): Age | undefined => value.atoms.find((atom): atom is Age => atom.kind === "age");
export const isTime = (value: Value): boolean => isNow(value) || ageIn(value) !== undefined;

/** A time in another form: rounded, as a number, as a date. */
export const timeAtoms = ({ atoms }: Value): readonly Atom[] => {
  const times = atoms.filter(({ kind }) => kind === "now" || kind === "age");
  return times.length > 0 ? times : [{ kind: "unknown" }];
};

/** `now - sent` is an age; `sent - now` says how far ahead it lies. A time and a span are a time. */
export function difference(op: string, one: Value, other: Value): Value | undefined {
  const { taints } = join({ atoms: [], taints: one.taints }, { atoms: [], taints: other.taints });
  const now = [...one.atoms, ...other.atoms].find((atom) => atom.kind === "now");
  if (op === "-" && now !== undefined && taints.length > 0)
    return { atoms: [{ kind: "age", absolute: false, calendar: now.calendar === true, ahead: !isNow(one) }], taints };
  const age = ageIn(one) ?? ageIn(other);
  if (age !== undefined) return { atoms: [age], taints };
  return now === undefined ? undefined : { atoms: [now], taints };
}

/** Of `less < more`, where one of them is an age, or a message's time and the other the present one. */
export function timeOrder(less: Value, more: Value): Test | undefined {
  const [below, above] = [ageIn(less), ageIn(more)];
  if (below !== undefined) return below.ahead === true ? ageAbove(less) : ageBelow(less);
  if (above !== undefined) return above.ahead === true ? ageBelow(more) : ageAbove(more);
  if (isNow(more) && more.taints.length === 0 && isOfMessage(less)) return ageAbove(less);
  if (isNow(less) && less.taints.length === 0 && isOfMessage(more)) return ageBelow(more);
  return undefined;
}

const isOfMessage = ({ taints }: Value): boolean => taints.some(({ origin }) => origin.kind === "message");

/** `age < window` holds: not too old, and an age that is not a number would not be here. */
function ageBelow(age: Value): Test | undefined {
  const facts = (survivesNaN: boolean): Facts => {
    const recent = factsAbout(age.taints, { kind: "recent", survivesNaN });
    return ageIn(age)?.absolute === true ? both(recent, factsAbout(age.taints, { kind: "not-future", survivesNaN })) : recent;
  };
  // Where it is false the age is above the bound, or no number: `-skew < age` is asked so.
  return test(facts(true), factsAbout(age.taints, { kind: "not-future", survivesNaN: false }));
}

/** `bound < age`: where it is false it is not too old, or no number; where it is true it is not in the future. */
function ageAbove(age: Value): Test | undefined {
  const recent = factsAbout(age.taints, { kind: "recent", survivesNaN: false });
  const within = ageIn(age)?.absolute === true ? both(recent, factsAbout(age.taints, { kind: "not-future", survivesNaN: false })) : recent;
  return test(factsAbout(age.taints, { kind: "not-future", survivesNaN: true }), within);
}

const EARLIER = new Set(["Before", "isBefore"]);
const LATER = new Set(["After", "isAfter"]);

/** Methods of times. `undefined` where it is none. */
export function ofTime(
  machine: Machine,
  name: string,
  receiver: Value,
  { positional: [other = UNKNOWN] }: Given,
  site: Site,
): Value | undefined {
  if (EARLIER.has(name) || LATER.has(name)) {
    if (!isTime(receiver) && !isTime(other)) return undefined;
    machine.report({ kind: "compare", what: join(receiver, other) }, site.at);
    const asked = EARLIER.has(name) ? timeOrder(receiver, other) : timeOrder(other, receiver);
    return { ...UNKNOWN, test: asked };
  }
  if (name === "Sub") return isNow(receiver) || isNow(other) ? difference("-", receiver, other) : undefined;
  if (name === "Add" && machine.language === "go" && (isTime(receiver) || isOfMessage(receiver)) && other.taints.length === 0)
    return receiver;
  if (name === "Abs" && ageIn(receiver) !== undefined) return absoluteOf(receiver);
  return undefined;
}

export const absoluteOf = ({ atoms, taints }: Value): Value => ({
  atoms: atoms.map((atom): Atom => (atom.kind === "age" ? { ...atom, absolute: true } : atom)),
  taints,
});

/** What throws when it is no time, or no whole number, is past it a number. */
export function established(machine: Machine, value: Value): Value {
  machine.state.facts = both(machine.state.facts, factsAbout(value.taints, { kind: "finite" }));
  return { atoms: timeAtoms(value), taints: value.taints };
}
