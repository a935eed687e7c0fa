// The events of a contract file, as the guard's event() takes them. What is wrong with one the guard says; here only
// what code cannot have is checked: that each value is of its kind.
import { event, keyAt, type EventDefinition, type EventOptions } from "@sallyport/guard";
import { fault, type Node } from "./document.ts";
import { durationMs, flag, mapping, members, oneOf, optional, required, text, texts, whole } from "./fields.ts";
import { standardSchema } from "./json-schema.ts";

type Options = EventOptions<any>;

const EVENT_KEYS = [
  "description",
  "destination",
  "schema",
  "key",
  "ordering",
  "rate",
  "quota",
  "approval",
  "scopes",
  "tool",
  "destructive",
  "expiresAfter",
  "bounds",
];

export function readEvents(node: Node): Record<string, EventDefinition> {
  const entries = [...mapping(node, "events").entries].map(([type, { value }]) => [type, readEvent(value)] as const);
  return Object.fromEntries(entries);
}

function readEvent(node: Node): EventDefinition {
  const member = members(node, EVENT_KEYS, "an event");
  const given = (name: string): Node => required(member(name), name, node);
  const schema = given("schema");
  return event({
    description: text(given("description"), "description"),
    destination: text(given("destination"), "destination"),
    schema: standardSchema(schema),
    ...optional("key", member("key"), (key) => readKey(key, schema)),
    ...optional("ordering", member("ordering"), (ordering) => oneOf(ordering, ["none", "key"], "ordering")),
    ...optional("rate", member("rate"), (rate) => readAllowance(rate, "rate")),
    ...optional("quota", member("quota"), (quota) => readAllowance(quota, "quota")),
    ...optional("approval", member("approval"), readApproval),
    ...optional("scopes", member("scopes"), (scopes) => texts(scopes, "scopes")),
    ...optional("tool", member("tool"), (tool) => text(tool, "tool")),
    ...optional("destructive", member("destructive"), (value) => flag(value, "destructive")),
    ...optional("expiresAfterMs", member("expiresAfter"), (after) => durationMs(after, "expiresAfter")),
    ...optional("bounds", member("bounds"), readBounds),
  });
}

function readAllowance(node: Node, what: string): NonNullable<Options["rate"]> {
  const member = members(node, ["limit", "per"], what);
  return {
    limit: whole(required(member("limit"), "limit", node), `${what}.limit`),
    windowMs: durationMs(required(member("per"), "per", node), `${what}.per`),
  };
}

function readApproval(node: Node): NonNullable<Options["approval"]> {
  if (node.kind === "scalar" && typeof node.value === "boolean") return node.value;
  return { message: text(node, "approval") };
}

function readBounds(node: Node): NonNullable<Options["bounds"]> {
  const member = members(node, ["maxBytes", "maxDepth", "maxNodes"], "bounds");
  return {
    ...optional("maxBytes", member("maxBytes"), (most) => whole(most, "bounds.maxBytes")),
    ...optional("maxDepth", member("maxDepth"), (most) => whole(most, "bounds.maxDepth")),
    ...optional("maxNodes", member("maxNodes"), (most) => whole(most, "bounds.maxNodes")),
  };
}

const MOST_KEY = 256;

/** Every step must be required, or there would be data without a key; the key must fit the envelope's subject. */
function readKey(node: Node, schema: Node): NonNullable<Options["key"]> {
  const path = text(node, "key");
  let at = schema;
  for (const step of path.split(".")) {
    const next = requiredProperty(at, step);
    if (next === undefined)
      throw fault(
        node.at,
        "key leads to no required property of the schema",
        "Name a property, e.g. note.id, and list each step under required.",
      );
    at = next;
  }
  if (!canBeKey(at))
    throw fault(node.at, "key leads to no string or integer", `Let it be type: string with maxLength up to ${MOST_KEY}, or type: integer.`);
  return keyAt(path);
}

function requiredProperty(schema: Node, name: string): Node | undefined {
  const needed = memberOf(schema, "required");
  const listed = needed?.kind === "list" && needed.items.some((item) => item.kind === "scalar" && item.value === name);
  const properties = memberOf(schema, "properties");
  return listed && properties !== undefined ? memberOf(properties, name) : undefined;
}

function canBeKey(schema: Node): boolean {
  const [type, most] = [valueOf(schema, "type"), valueOf(schema, "maxLength")];
  return type === "integer" || (type === "string" && typeof most === "number" && most <= MOST_KEY);
}

const memberOf = (node: Node, name: string): Node | undefined => (node.kind === "map" ? node.entries.get(name)?.value : undefined);

function valueOf(node: Node, name: string): unknown {
  const value = memberOf(node, name);
  return value?.kind === "scalar" ? value.value : undefined;
}
