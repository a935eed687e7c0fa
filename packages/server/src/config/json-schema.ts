// A JSON Schema of a contract file as a Standard Schema that can give its JSON Schema, which is what the guard's
// contract() asks for. It judges and changes nothing: no coercion, no defaults, no stripping. What it says of data
// goes to agents and logs, so it names path and rule and never a value (PUB-13).
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { fault, plain, type MapNode, type Node } from "./document.ts";
import { mapping } from "./fields.ts";
import { checkSchemaRules, FORMATS, namesIn, nodeAt, patternsIn } from "./schema-rules.ts";
import type { JsonSchema, JsonSchemaSource, SchemaIssue, StandardSchema } from "@sallyport/guard";

const MOST_ISSUES = 20;

export function standardSchema(node: Node): StandardSchema & JsonSchemaSource {
  const root = mapping(node, "schema");
  checkSchemaRules(root);
  const json = plain(root) as JsonSchema;
  const validate = compile(json, root);
  const names = namesIn(root);
  return {
    "~standard": {
      version: 1,
      vendor: "sallyport",
      validate: (value) => (validate(value) ? { value } : { issues: issuesOf(validate.errors ?? [], names) }),
      jsonSchema: { input: () => structuredClone(json) },
    },
  };
}

function compile(json: JsonSchema, root: MapNode): ValidateFunction {
  // Strict mode refuses what it would otherwise ignore. All errors are gathered; data is within the event's bounds by
  // then, and so is their number.
  const ajv = new Ajv2020({ strict: true, allErrors: true, logger: false, code: { regExp: boundedRegExp(root) } });
  formats.default(ajv, [...FORMATS]);
  if (ajv.validateSchema(json) !== true) {
    const [error] = ajv.errors ?? [];
    throw fault(
      nodeAt(root, error?.instancePath ?? "").at,
      `not a JSON Schema: ${error?.message ?? "unknown"}`,
      "Correct the keyword there.",
    );
  }
  try {
    return ajv.compile(json);
  } catch (error) {
    const [what, pointer] = strictnessOf(error, root);
    throw fault(pointer.at, `not a JSON Schema: ${what}`, "Correct the schema there.");
  }
}

/** ajv says the place as `"#/properties/a" (strictTypes)` at the end, or not at all. */
function strictnessOf(error: unknown, root: MapNode): [string, Node] {
  const message = error instanceof Error ? error.message : "unknown";
  const [, what = message, pointer = ""] = /^(?:strict mode: )?(.*?)(?: at "[^"]*#([^"]*)".*)?$/s.exec(message) ?? [];
  return [what, nodeAt(root, pointer)];
}

/**
 * With all errors gathered, ajv tries a pattern also where maxLength has failed. Here a text that is longer than any
 * that the pattern is for does not reach it; maxLength, which stands beside every pattern, refuses it anyway.
 */
function boundedRegExp(root: MapNode) {
  const patterns = patternsIn(root);
  const engine = (pattern: string, flags: string): RegExp => {
    const expression = new RegExp(pattern, flags);
    const most = patterns.get(pattern);
    // maxLength counts code points, of which each is two units at most.
    if (most !== undefined) expression.test = (text) => text.length <= 2 * most && RegExp.prototype.test.call(expression, text);
    return expression;
  };
  return Object.assign(engine, { code: "new RegExp" });
}

function issuesOf(errors: readonly ErrorObject[], names: ReadonlySet<string>): readonly SchemaIssue[] {
  const issues = new Map<string, SchemaIssue>();
  for (const error of errors) {
    const issue = { message: ruleOf(error), path: pathOf(error, names) };
    issues.set(JSON.stringify(issue), issue);
    if (issues.size === MOST_ISSUES) break;
  }
  return [...issues.values()];
}

function ruleOf({ keyword, params }: ErrorObject): string {
  const rule = RULE_PARAMETERS.map((name) => (params as Readonly<Record<string, unknown>>)[name]).find((value) => value !== undefined);
  return rule === undefined ? `breaks the rule ${keyword}` : `breaks the rule ${keyword}: ${shortened(JSON.stringify(rule))}`;
}

// What stands in the schema, and nothing of the data: not `additionalProperty`, which the caller has named.
const RULE_PARAMETERS = ["limit", "type", "allowedValues", "allowedValue", "pattern", "format", "multipleOf", "missingProperty"];
const shortened = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

/** A step that the schema does not name was chosen by the caller, and is not repeated. */
function pathOf({ instancePath }: ErrorObject, names: ReadonlySet<string>): readonly string[] {
  const steps = instancePath
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  return steps.map((step) => (names.has(step) || /^\d{1,6}$/.test(step) ? step : "*"));
}
