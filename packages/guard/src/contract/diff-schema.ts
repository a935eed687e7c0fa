// What changed between two schemas of one event. A schema accepts what all its keywords accept; so where every keyword
// accepts no more than before, the schema does not either. What this reading cannot decide is reported as such, and
// never taken for harmless.
import { canonicalSchema, NOTHING, stable, UNEVALUATED } from "./canonical-schema.ts";
import {
  COMPARED_KEYWORDS,
  type Comparison,
  compareRule,
  compareTogether,
  differs,
  isThere,
  KEYWORD_COMPARISONS,
  notCompared,
  type Report,
  said,
  type SchemaChangeKind,
  type Shift,
} from "./diff-keywords.ts";
import type { JsonSchema } from "./standard-schema.ts";
import { isObject } from "./subschemas.ts";

export interface SchemaChange {
  readonly change: SchemaChangeKind;
  readonly shift: Shift;
  readonly detail: string;
}

export function diffSchemas(before: JsonSchema, after: JsonSchema): readonly SchemaChange[] {
  const [old, young] = [canonicalSchema(before), canonicalSchema(after)];
  const changes: SchemaChange[] = [];
  const report: Report = (change, shift, detail) => void changes.push({ change, shift, detail });
  if (old !== undefined && young !== undefined) compare(old, young, "data", report);
  else if (stable(before) !== stable(after)) notCompared("data", "a schema that contains itself or refers elsewhere", report);
  return changes;
}

function compare(before: JsonSchema, after: JsonSchema, place: string, report: Report): void {
  if (stable(before) === stable(after)) return;
  if (never(before)) return report("schema-widened", "wider", `${place}: was never accepted, and can be now`);
  if (never(after)) return report("schema-narrowed", "narrower", `${place}: is never accepted any more`);
  // They look at what every other keyword has left over.
  if (isThere(before, after, UNEVALUATED)) return notCompared(place, "a schema with unevaluatedProperties or unevaluatedItems", report);
  for (const comparison of COMPARISONS) comparison(before, after, place, report);
  const others = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((keyword) => !KNOWN.has(keyword)).sort();
  for (const keyword of others) if (differs(before, after, [keyword])) notCompared(place, keyword, report);
}

/** One more branch widens `anyOf` and narrows `allOf`. */
function compareBranches(keyword: "anyOf" | "allOf"): Comparison {
  const [more, fewer] = keyword === "anyOf" ? (["wider", "narrower"] as const) : (["narrower", "wider"] as const);
  return (before, after, place, report) => {
    if (!differs(before, after, [keyword])) return;
    if (!(keyword in before) || !(keyword in after)) return compareRule(keyword)(before, after, place, report);
    const [gone, come] = [without(before[keyword], after[keyword]), without(after[keyword], before[keyword])];
    if (gone.length === come.length) {
      for (const [index, branch] of gone.entries()) compare(branch, come[index]!, `${place}.${keyword}`, report);
    } else if (gone.length === 0) said(report, more, `${place}: ${keyword} has another branch`);
    else if (come.length === 0) said(report, fewer, `${place}: ${keyword} has lost a branch`);
    else notCompared(place, keyword, report);
  };
}

function without(branches: unknown, others: unknown): readonly JsonSchema[] {
  const known = new Set((others as readonly JsonSchema[]).map(stable));
  return (branches as readonly JsonSchema[]).filter((branch) => !known.has(stable(branch)));
}

const compareNames: Comparison = (before, after, place, report) =>
  compare(schemaOf(before["propertyNames"]), schemaOf(after["propertyNames"]), `${place}.propertyNames`, report);

const compareItems: Comparison = (before, after, place, report) => {
  if (isThere(before, after, TUPLES)) return compareTogether([...TUPLES, "items"])(before, after, place, report);
  compare(schemaOf(before["items"]), schemaOf(after["items"]), `${place}[]`, report);
};

const compareProperties: Comparison = (before, after, place, report) => {
  if (isThere(before, after, ["patternProperties"])) return compareTogether(MEMBERS)(before, after, place, report);
  const [old, young] = [membersOf(before), membersOf(after)];
  for (const name of [...new Set([...old.named.keys(), ...young.named.keys()])].sort()) {
    const there = `${place}.${name}`;
    if (comesTo(old, young, name)) {
      if (young.required.has(name)) report("required-property-added", "both", `${there}: is new and required`);
      else report("property-added", "wider", `${there}: is new`);
    } else if (comesTo(young, old, name)) {
      if (old.required.has(name)) report("required-property-removed", "both", `${there}: was required and is gone`);
      else report("property-removed", "narrower", `${there}: is gone`);
    } else compare(old.named.get(name) ?? old.others, young.named.get(name) ?? young.others, there, report);
  }
  compare(old.others, young.others, `${place}.*`, report);
  compareRequired(old, young, place, report);
};

interface Members {
  readonly named: ReadonlyMap<string, JsonSchema>;
  readonly others: JsonSchema;
  readonly required: ReadonlySet<string>;
}

function membersOf(schema: JsonSchema): Members {
  return {
    named: new Map(Object.entries(schemaOf(schema["properties"])) as [string, JsonSchema][]),
    others: schemaOf(schema["additionalProperties"]),
    required: new Set((schema["required"] ?? []) as readonly string[]),
  };
}

/** The one could not have the property at all, the other names it. */
const comesTo = (one: Members, other: Members, name: string): boolean => !one.named.has(name) && never(one.others) && other.named.has(name);

/** What came or went together with its requirement has been reported with it. */
function compareRequired(old: Members, young: Members, place: string, report: Report): void {
  for (const name of [...young.required].filter((required) => !old.required.has(required)).sort())
    if (!comesTo(old, young, name)) report("property-required", "narrower", `${place}.${name}: is required now`);
  for (const name of [...old.required].filter((required) => !young.required.has(required)).sort())
    if (!comesTo(young, old, name)) report("property-optional", "wider", `${place}.${name}: is no longer required`);
}

const never = (schema: JsonSchema): boolean => stable(schema) === stable(NOTHING);
const schemaOf = (value: unknown): JsonSchema => (isObject(value) ? value : {});

const TUPLES = ["prefixItems", "contains", "minContains", "maxContains"];
const MEMBERS = ["properties", "patternProperties", "additionalProperties", "required"];
const COMPARISONS: readonly Comparison[] = [
  ...KEYWORD_COMPARISONS,
  compareBranches("anyOf"),
  compareBranches("allOf"),
  compareNames,
  compareItems,
  compareProperties,
];
const KNOWN: ReadonlySet<string> = new Set([...COMPARED_KEYWORDS, ...TUPLES, ...MEMBERS, "anyOf", "allOf", "propertyNames", "items"]);
