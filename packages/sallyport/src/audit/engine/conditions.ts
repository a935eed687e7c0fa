// What comparisons establish about parts of the input.
import { timeOrder } from "./ages.ts";
import type { BinaryOperator } from "../ir/ir.ts";
import { type Fact, factsAbout, negated, NO_FACTS, test, type Test } from "./facts.ts";
import { deepTaints } from "./reach.ts";
import type { Taint } from "./taint.ts";
import { type Atom, soleConstant, type Value } from "./value.ts";

const has = (value: Value, kind: Atom["kind"]): boolean => value.atoms.some((atom) => atom.kind === kind);
const untainted = (value: Value): boolean => value.taints.length === 0;

/** What `left op right` says where it is true and where it is false. */
export function comparison(op: BinaryOperator, left: Value, right: Value): Test | undefined {
  switch (op) {
    case "==":
      return equality(left, right);
    case "!=":
      return negated(equality(left, right));
    case "<":
    case "<=":
      return order(left, right);
    case ">":
    case ">=":
      return order(right, left);
    default:
      return undefined;
  }
}

function equality(left: Value, right: Value): Test | undefined {
  const type =
    typeTest(left, right) ??
    typeTest(right, left) ??
    claimTest(left, right) ??
    claimTest(right, left) ??
    answerTest(left, right) ??
    answerTest(right, left);
  if (type !== undefined) return type;
  const [input, other] = left.taints.length > 0 ? [left, right] : [right, left];
  if (input.taints.length === 0 || !untainted(other)) return undefined;
  const known = soleConstant(other);
  // Being absent or empty says nothing of what it may be otherwise.
  if (known !== undefined && (known.value === undefined || known.value === null || known.value === "")) return undefined;
  if (has(input, "length") || has(input, "age")) return undefined;
  if (known === undefined && !has(other, "constant")) return undefined;
  return test(factsAbout(input.taints, { kind: "allowed", own: true, where: "a comparison" }), NO_FACTS);
}

/** `typeof x === "string"`. */
function typeTest(left: Value, right: Value): Test | undefined {
  const known = soleConstant(right);
  if (left.test === undefined || known === undefined || typeof known.value !== "string") return undefined;
  return TYPE_NAMES.has(known.value) && left.taints.length === 0 ? left.test : undefined;
}

/** Did a claim take hold? `=== "OK"`, `rowCount === 0`. */
function claimTest(left: Value, right: Value): Test | undefined {
  const known = soleConstant(right);
  if (known === undefined || !isClaim(left)) return undefined;
  return known.value ? left.test : negated(left.test);
}

export const isClaim = (value: Value): boolean =>
  value.test !== undefined &&
  [...value.test.whenTrue.values()].some((facts) => facts.some((fact) => fact.kind === "unseen" && fact.atomic));

/** `known(topic) === false`, `ok is True`. */
function answerTest(left: Value, right: Value): Test | undefined {
  const answer = soleConstant(right);
  if (typeof answer?.value !== "boolean" || left.test === undefined || left.taints.length > 0) return undefined;
  return answer.value ? left.test : negated(left.test);
}

const TYPE_NAMES = new Set(["string", "number", "boolean", "object"]);

/** The smaller stands first. */
function order(less: Value, more: Value): Test | undefined {
  if (isClaim(more)) return more.test;
  if (isClaim(less)) return negated(less.test);
  const timed = timeOrder(less, more);
  if (timed !== undefined) return timed;
  if (has(less, "length") && untainted(more)) return test(factsAbout(less.taints, { kind: "bounded" }), NO_FACTS);
  if (has(more, "length") && untainted(less)) return test(NO_FACTS, factsAbout(more.taints, { kind: "bounded" }));
  const counted = countsDeliveries(less) ?? countsDeliveries(more);
  if (counted !== undefined) return counted;
  if (less.taints.length > 0 && untainted(more)) return test(factsAbout(less.taints, { kind: "bounded" }), NO_FACTS);
  if (more.taints.length > 0 && untainted(less)) return test(NO_FACTS, factsAbout(more.taints, { kind: "bounded" }));
  return undefined;
}

const BROKERS_COUNT = /x-delivery-count|x-acquired-count|x-death|ApproximateReceiveCount/;

/** A count of attempts against a bound: by the broker's own count, or by a header that its producer wrote. */
function countsDeliveries(value: Value): Test | undefined {
  const counting = value.taints.filter(
    (taint) => taint.origin.kind === "message" && (taint.content === "deliveries" || taint.content === "headers"),
  );
  if (counting.length === 0) return undefined;
  const by = counting.some((taint) => taint.content === "deliveries" || BROKERS_COUNT.test(taint.path)) ? "broker" : "header";
  const facts = factsAbout(counting, { kind: "counted", by });
  return test(facts, facts);
}

/** Membership of `input` in a collection. */
export function membership(input: Value, collection: Value, own: boolean, where: string): Test | undefined {
  if (input.taints.length === 0) return markedWith(collection);
  const fact = membershipFact(collection, own, where);
  return fact === undefined ? undefined : test(factsAbout(input.taints, fact), NO_FACTS);
}

/** A word of the server's own is among the marks of a thing. */
function markedWith(collection: Value): Test | undefined {
  const marked = deepTaints(collection).filter((taint) => taint.marks === true);
  return test(factsAbout(marked, { kind: "allowed", own: true, where: MARKS }), NO_FACTS);
}

export const MARKS = "what its owner has marked it with";

function membershipFact(collection: Value, own: boolean, where: string): Fact | undefined {
  if (collection.taints.some((taint) => taint.origin.kind === "tool"))
    return { kind: "weak", why: "the list that it is looked up in comes from the same caller" };
  for (const atom of collection.atoms) {
    if (atom.kind !== "object") continue;
    const { object } = atom;
    const held = object.all();
    if (object.listed || held.taints.length > 0) return { kind: "weak", why: "what exists on the broker is not what this tool may reach" };
  }
  return { kind: "allowed", own, where };
}

/** Membership of a part of a message in what messages left behind: where it is not there, it was not seen before. */
export function seenBefore(what: Value, collection: Value): Test | undefined {
  const messages = what.taints.filter((taint) => taint.origin.kind === "message");
  const fromMessages = ({ taints }: Value): boolean => taints.some((taint) => taint.origin.kind === "message");
  const keeps = collection.atoms.some(
    (atom) =>
      atom.kind === "object" && (fromMessages(atom.object.element) || fromMessages(atom.object.keys) || atom.object.fields.size === 0),
  );
  if (messages.length === 0 || !keeps) return undefined;
  return test(NO_FACTS, factsAbout(messages, { kind: "unseen", store: "memory", atomic: false }));
}

/** `typeof x`, whose comparison with a word says that `x` is of that type. */
export const typeOf = (input: readonly Taint[]): Test | undefined => test(factsAbout(input, { kind: "typed" }), NO_FACTS);
