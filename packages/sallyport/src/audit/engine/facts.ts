// What has been established about parts of the input on the way to a point of the program. A fact holds only where
// every way to the point has established it.
import { keyOf, type Taint } from "./taint.ts";
import type { Schema } from "./schema.ts";

export type Fact =
  /** It is one of a set that the server chose. `own`: by a `Map`, a `Set`, an own property; else any property will do. */
  | { readonly kind: "allowed"; readonly own: boolean; readonly where: string }
  | { readonly kind: "prefixed"; readonly prefix: string }
  | { readonly kind: "checked"; readonly schema: Schema }
  | { readonly kind: "bounded" }
  /** Of the wanted type (`typeof x === "string"`). */
  | { readonly kind: "typed" }
  /** Looked like a guard and is none; said in the finding. */
  | { readonly kind: "weak"; readonly why: string }
  /** Not seen before, by a store that one process (`memory`) or all (`shared`) ask. `atomic`: asked and told in one. */
  | { readonly kind: "unseen"; readonly store: "memory" | "shared"; readonly atomic: boolean }
  /** Not older than a window. `survivesNaN`: an unparsable time does not pass. */
  | { readonly kind: "recent"; readonly survivesNaN: boolean }
  | { readonly kind: "not-future"; readonly survivesNaN: boolean }
  | { readonly kind: "finite" }
  /** Signed by one whom the server knows. */
  | { readonly kind: "authentic" }
  /** Its attempts are below a bound, by a counter that somebody keeps. */
  | { readonly kind: "counted"; readonly by: "header" | "broker" | "store" };

export type Facts = ReadonlyMap<string, readonly Fact[]>;

export const NO_FACTS: Facts = new Map();

/** Of a way that nothing takes: a constant that is true is never false. Whatever is said of it holds. */
export const NEVER: Facts = new Map();

/** What is known where a condition holds, and where it does not. */
export interface Test {
  readonly whenTrue: Facts;
  readonly whenFalse: Facts;
}

const same = (one: Fact, other: Fact): boolean => one === other || JSON.stringify(one) === JSON.stringify(other);

export function factsAbout(taints: readonly Taint[], fact: Fact): Facts {
  return taints.length === 0 ? NO_FACTS : new Map(taints.map((taint) => [keyOf(taint), [fact]]));
}

/** Both hold. */
export function both(one: Facts, other: Facts): Facts {
  if (one === NEVER || other === NEVER) return NEVER;
  if (one.size === 0) return other;
  if (other.size === 0 || one === other) return one;
  const all = new Map(one);
  for (const [key, facts] of other) {
    const known = all.get(key) ?? [];
    const fresh = facts.filter((fact) => !known.some((have) => same(have, fact)));
    if (fresh.length > 0) all.set(key, [...known, ...fresh]);
  }
  return all;
}

/** One of them holds: what they agree on. */
export function either(one: Facts, other: Facts): Facts {
  if (one === other || other === NEVER) return one;
  if (one === NEVER) return other;
  const agreed = new Map<string, readonly Fact[]>();
  for (const [key, facts] of one) {
    const others = other.get(key);
    if (others === undefined) continue;
    const common = facts.filter((fact) => others.some((have) => have.kind === fact.kind));
    if (common.length > 0) agreed.set(key, common);
  }
  return agreed;
}

export const test = (whenTrue: Facts, whenFalse: Facts): Test | undefined =>
  whenTrue.size + whenFalse.size === 0 ? undefined : { whenTrue, whenFalse };

/**
 * `true` or `false`, as a function answers that has looked: what is established where it stands is so where the answer is
 * that. Of one item in a list it says nothing of the rest.
 */
export function answering(answer: boolean, facts: Facts): Test | undefined {
  if (facts.size === 0) return undefined;
  const whole = new Map([...facts].filter(([key]) => !key.includes("[]")));
  return test(answer ? whole : NEVER, answer ? NEVER : whole);
}

/** Of one value or another; `undefined` of one that may be anything. */
export function eitherTest(tests: readonly Test[]): Test | undefined {
  const [first, ...rest] = tests;
  if (first === undefined) return undefined;
  const joined = rest.reduce(
    (one, other) => ({ whenTrue: either(one.whenTrue, other.whenTrue), whenFalse: either(one.whenFalse, other.whenFalse) }),
    first,
  );
  return test(joined.whenTrue, joined.whenFalse);
}

export const TRUE: Test = { whenTrue: NO_FACTS, whenFalse: NEVER };
export const FALSE: Test = { whenTrue: NEVER, whenFalse: NO_FACTS };

export const negated = (one: Test | undefined): Test | undefined => one && { whenTrue: one.whenFalse, whenFalse: one.whenTrue };

export function and(one: Test | undefined, other: Test | undefined): Test | undefined {
  if (one === undefined && other === undefined) return undefined;
  return test(
    both(one?.whenTrue ?? NO_FACTS, other?.whenTrue ?? NO_FACTS),
    either(one?.whenFalse ?? NO_FACTS, other?.whenFalse ?? NO_FACTS),
  );
}

export function or(one: Test | undefined, other: Test | undefined): Test | undefined {
  return negated(and(negated(one), negated(other)));
}

/** What is known of a part: facts about it, and about what it is a part of. */
export function factsOf(facts: Facts, taint: Pick<Taint, "origin" | "path">): readonly Fact[] {
  if (facts.size === 0) return [];
  const own = facts.get(keyOf(taint)) ?? [];
  const parents: Fact[] = [];
  for (let { path } = taint; path !== "";) {
    path = path.replace(/(\[\]|\.[^.[]*|^[^.[]*)$/, "");
    for (const fact of facts.get(`${taint.origin.id}:${path}`) ?? [])
      if (fact.kind === "checked" || fact.kind === "authentic") parents.push(fact);
  }
  return parents.length === 0 ? own : [...own, ...parents];
}
