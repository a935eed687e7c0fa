// What changed in one keyword of a schema, where that can be said without looking at the others.
import { stable } from "./canonical-schema.ts";
import type { JsonSchema } from "./standard-schema.ts";

/** `wider`: it accepts what it did not accept before. `narrower`: it refuses what it did not refuse. */
export type Shift = "wider" | "narrower" | "both";

export type SchemaChangeKind =
  | "property-added"
  | "property-removed"
  | "required-property-added"
  | "required-property-removed"
  | "property-required"
  | "property-optional"
  | "schema-widened"
  | "schema-narrowed"
  | "schema-changed"
  | "not-compared";

export type Report = (change: SchemaChangeKind, shift: Shift, detail: string) => void;
/** One keyword, or several that only mean something together. */
export type Comparison = (before: JsonSchema, after: JsonSchema, place: string, report: Report) => void;

export function notCompared(place: string, what: string, report: Report): void {
  report("not-compared", "both", `${place}: ${what} could not be compared`);
}

export const isThere = (before: JsonSchema, after: JsonSchema, keywords: readonly string[]): boolean =>
  keywords.some((keyword) => keyword in before || keyword in after);

export const differs = (before: JsonSchema, after: JsonSchema, keywords: readonly string[]): boolean =>
  keywords.some((keyword) => keyword in before !== keyword in after || stable(before[keyword]) !== stable(after[keyword]));

export function said(report: Report, shift: Shift, detail: string): void {
  report(shift === "wider" ? "schema-widened" : shift === "narrower" ? "schema-narrowed" : "schema-changed", shift, detail);
}

const shown = (value: unknown): string => (value === undefined ? "not said" : stable(value));
const was = (place: string, keyword: string, before: unknown, after: unknown): string =>
  `${place}: ${keyword} was ${shown(before)}, is ${shown(after)}`;

/** Sets of what is accepted. `undefined` accepts everything. */
function shiftOf(before: ReadonlySet<string> | undefined, after: ReadonlySet<string> | undefined): Shift | undefined {
  const narrower = after !== undefined && (before === undefined || !isSubset(before, after));
  const wider = before !== undefined && (after === undefined || !isSubset(after, before));
  return narrower && wider ? "both" : narrower ? "narrower" : wider ? "wider" : undefined;
}

// Set.prototype.isSubsetOf came with Node 22.
const isSubset = (some: ReadonlySet<string>, all: ReadonlySet<string>): boolean => [...some].every((value) => all.has(value));

function compareSets(keyword: string, setOf: (value: unknown) => ReadonlySet<string>): Comparison {
  return (before, after, place, report) => {
    const [old, young] = [before[keyword], after[keyword]];
    const shift = shiftOf(old === undefined ? undefined : setOf(old), young === undefined ? undefined : setOf(young));
    if (shift !== undefined) said(report, shift, was(place, keyword, old, young));
  };
}

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
const valuesOf = (values: unknown): ReadonlySet<string> => new Set(listed(values).map(stable));
/** Every integer is a number. */
const typesOf = (type: unknown): ReadonlySet<string> =>
  new Set(listed(type).flatMap((name) => (name === "number" ? ["integer", "fraction"] : [String(name)])));

/** More is wider for an upper limit, narrower for a lower one. */
function compareLimit(keyword: string, more: "wider" | "narrower"): Comparison {
  const less = more === "wider" ? "narrower" : "wider";
  return (before, after, place, report) => {
    const [old, young] = [before[keyword], after[keyword]];
    if (typeof old !== "number" || typeof young !== "number") return compareRule(keyword)(before, after, place, report);
    if (old !== young) said(report, young > old ? more : less, was(place, keyword, old, young));
  };
}

/** A rule that is there or not; of two different ones it is not known which accepts more. */
export function compareRule(keyword: string): Comparison {
  return (before, after, place, report) => {
    if (!differs(before, after, [keyword])) return;
    if (!(keyword in before)) said(report, "narrower", was(place, keyword, undefined, after[keyword]));
    else if (!(keyword in after)) said(report, "wider", was(place, keyword, before[keyword], undefined));
    else notCompared(place, keyword, report);
  };
}

const compareMultiple: Comparison = (before, after, place, report) => {
  const [old, young] = [before["multipleOf"], after["multipleOf"]];
  if (!Number.isInteger(old) || !Number.isInteger(young)) return compareRule("multipleOf")(before, after, place, report);
  const multiple = (one: unknown, other: unknown): boolean => Number(one) % Number(other) === 0;
  const shift = multiple(young, old) ? "narrower" : multiple(old, young) ? "wider" : "both";
  if (old !== young) said(report, shift, was(place, "multipleOf", old, young));
};

/** Keywords that bear on each other: all alike, or not compared. */
export function compareTogether(keywords: readonly string[]): Comparison {
  return (before, after, place, report) => {
    if (differs(before, after, keywords))
      notCompared(place, keywords.filter((keyword) => differs(before, after, [keyword])).join(", "), report);
  };
}

const UPPER = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];
const LOWER = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
const RULES = ["pattern", "format", "uniqueItems", "oneOf", "not", "dependentRequired", "dependentSchemas"];
const CONDITION = ["if", "then", "else"];

export const KEYWORD_COMPARISONS: readonly Comparison[] = [
  compareSets("type", typesOf),
  compareSets("enum", valuesOf),
  ...UPPER.map((keyword) => compareLimit(keyword, "wider")),
  ...LOWER.map((keyword) => compareLimit(keyword, "narrower")),
  ...RULES.map(compareRule),
  compareMultiple,
  compareTogether(CONDITION),
];

export const COMPARED_KEYWORDS: readonly string[] = ["type", "enum", "multipleOf", ...UPPER, ...LOWER, ...RULES, ...CONDITION];
