// What an event is, said once: schema, destination, key, limits. Everything an agent may do follows from it.
import { SallyportError } from "../errors.ts";
import { DEFAULT_BOUNDS, type Bounds } from "./bounds.ts";
import { checkDestinationTemplate } from "./destination.ts";
import { checkOverlaps } from "./overlap.ts";
import { hasJsonSchema, type JsonSchema, type SchemaOutput, type StandardSchema } from "./standard-schema.ts";
import { checkStrictObject } from "./strictness.ts";
import { refuseNoWholeNumber } from "./whole-number.ts";

export interface Allowance {
  /** How many, per window. */
  readonly limit: number;
  readonly windowMs: number;
}

export interface EventOptions<S extends StandardSchema> {
  /** What the event means, for people and for the agent that chooses the tool. */
  readonly description: string;
  /** A strict object schema of any Standard Schema library; it must be able to give its JSON Schema. */
  readonly schema: S;
  /** One fixed name, or a template whose only placeholder is `{tenant}`. */
  readonly destination: string;
  /** Message key from validated data: partition and order (PUB-06). An agent never gives it. */
  readonly key?: (data: SchemaOutput<S>) => string;
  /** `key` keeps messages of one key in order, also across retries. Default `none`. */
  readonly ordering?: "none" | "key";
  /** Name of the MCP tool. Default: the type with `_` for every other character. */
  readonly tool?: string;
  /** Scopes of which the principal must hold all. */
  readonly scopes?: readonly string[];
  /** Ask a person first (PUB-09). */
  readonly approval?: boolean | { readonly message: string };
  /** What it causes cannot be undone; hosts are told so. Default: as `approval`. */
  readonly destructive?: boolean;
  readonly bounds?: Partial<Bounds>;
  /** Per principal and event (PUB-08). Default 60 a minute. */
  readonly rate?: Allowance;
  /** Per event, all principals together. */
  readonly quota?: Allowance;
  /** After this the event is worthless and will not be handled. */
  readonly expiresAfterMs?: number;
  /** Agents may read what was published, each tenant its own, with these scopes (DST-02, PSN-13). Default: they may not. */
  readonly readable?: boolean | { readonly scopes: readonly string[] };
}

export interface EventDefinition<S extends StandardSchema = StandardSchema> extends EventOptions<S> {
  readonly [brand]: true;
}

export interface ContractEvent<Data = unknown> {
  readonly type: string;
  readonly tool: string;
  readonly description: string;
  readonly schema: StandardSchema<unknown, Data>;
  readonly jsonSchema: JsonSchema;
  readonly destination: string;
  readonly key: ((data: Data) => string) | undefined;
  readonly ordering: "none" | "key";
  readonly scopes: readonly string[];
  readonly approval: { readonly message: string } | undefined;
  readonly destructive: boolean;
  readonly bounds: Bounds;
  readonly rate: Allowance;
  readonly quota: Allowance | undefined;
  readonly expiresAfterMs: number | undefined;
  /** `undefined`: no agent may read it. */
  readonly readable: { readonly scopes: readonly string[]; readonly tool: string } | undefined;
}

export type EventsOf<C> = C extends Contract<infer E> ? E : never;
export type DataOf<C, T extends keyof EventsOf<C>> = EventsOf<C>[T] extends EventDefinition<infer S> ? SchemaOutput<S> : never;

export interface Contract<E extends Record<string, EventDefinition> = Record<string, EventDefinition>> {
  /** Who publishes: CloudEvents `source`, and the issuer that keys are bound to. */
  readonly name: string;
  readonly events: ReadonlyMap<string, ContractEvent>;
  readonly definitions: E;
}

const brand = Symbol("sallyport.event");
const EVENT_KEYS = new Set<keyof EventOptions<StandardSchema>>([
  "description",
  "schema",
  "destination",
  "key",
  "ordering",
  "tool",
  "scopes",
  "approval",
  "destructive",
  "bounds",
  "rate",
  "quota",
  "expiresAfterMs",
  "readable",
]);
const CONTRACT_KEYS = new Set(["name", "events"]);
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const TYPE = /^[a-z0-9]+([._-][a-z0-9]+){0,15}$/;
const TOOL = /^[A-Za-z0-9_-]{1,64}$/;
/** Far beyond any event's worth, and well within the years that a time can be written in. */
const MOST_EXPIRY_MS = 100 * 365 * 86_400_000;
const DEFAULT_RATE: Allowance = { limit: 60, windowMs: 60_000 };

/** One event of a contract. Checked as a whole by {@link contract}. */
export function event<S extends StandardSchema>(options: EventOptions<S>): EventDefinition<S> {
  return { ...options, [brand]: true };
}

/**
 * A contract: the closed list of events that may pass.
 * @throws {SallyportError} `ERR_CONFIG_*`, naming the place and the remedy.
 */
export function contract<const E extends Record<string, EventDefinition<any>>>(options: {
  readonly name: string;
  readonly events: E;
}): Contract<E> {
  refuseUnknownKeys(options, CONTRACT_KEYS, "contract");
  if (!NAME.test(options.name))
    throw invalid("name", `"${options.name}" is not a contract name`, "Use lower-case letters, digits, '.', '_' and '-', at most 64.");
  const events = new Map<string, ContractEvent>();
  const tools = new Map<string, string>();
  for (const [type, definition] of Object.entries(options.events)) {
    const resolved = resolveEvent(type, definition);
    for (const tool of resolved.readable === undefined ? [resolved.tool] : [resolved.tool, resolved.readable.tool]) {
      const other = tools.get(tool);
      if (other !== undefined) {
        throw new SallyportError("ERR_CONFIG_TOOL_DUPLICATE", `events "${other}" and "${type}" share the tool name "${tool}"`, {
          place: `events["${type}"].tool`,
          remedy: "Give one of them another `tool`.",
        });
      }
      tools.set(tool, type);
    }
    events.set(type, resolved);
  }
  if (events.size === 0) throw invalid("events", "a contract needs at least one event", "Add one: event({ … }) in code.");
  checkOverlaps(events.values());
  return { name: options.name, events, definitions: options.events };
}

function resolveEvent(type: string, definition: EventDefinition): ContractEvent {
  const place = `events["${type}"]`;
  if (!TYPE.test(type))
    throw invalid(place, `"${type}" is not an event type`, "Use lower-case words joined by '.', '_' or '-', e.g. note.created.");
  if (definition?.[brand] !== true) throw invalid(place, "not made with event()", "Wrap it: event({ … }).");
  refuseUnknownKeys(definition, EVENT_KEYS, place);
  if (typeof definition.description !== "string" || definition.description.trim() === "")
    throw invalid(`${place}.description`, "a description is required", "Say what the event means.");
  checkDestinationTemplate(definition.destination, `${place}.destination`);
  const tool = definition.tool ?? type.replaceAll(/[^A-Za-z0-9]/g, "_");
  if (!TOOL.test(tool)) throw invalid(`${place}.tool`, `"${tool}" is not a tool name`, "Use 1 to 64 letters, digits, '_' and '-'.");
  if (definition.ordering === "key" && definition.key === undefined)
    throw invalid(`${place}.ordering`, "ordering by key needs a key", "Add key: (data) => … in code, or the path of a property in a file.");
  checkAllowance(definition.rate, `${place}.rate`);
  checkAllowance(definition.quota, `${place}.quota`);
  refuseNoWholeNumber(`${place}.expiresAfterMs`, definition.expiresAfterMs, 1);
  if ((definition.expiresAfterMs ?? 0) > MOST_EXPIRY_MS)
    throw invalid(
      `${place}.expiresAfterMs`,
      "an expiry more than a hundred years off",
      "Leave it out: without it the event does not expire.",
    );
  return {
    type,
    tool,
    description: definition.description,
    schema: definition.schema,
    jsonSchema: jsonSchemaOf(definition.schema, `${place}.schema`),
    destination: definition.destination,
    key: definition.key as ContractEvent["key"],
    ordering: definition.ordering ?? "none",
    scopes: definition.scopes ?? [],
    approval: approvalOf(definition),
    destructive: definition.destructive ?? approvalOf(definition) !== undefined,
    bounds: boundsOf(definition.bounds, `${place}.bounds`),
    rate: definition.rate ?? DEFAULT_RATE,
    quota: definition.quota,
    expiresAfterMs: definition.expiresAfterMs,
    readable: readableOf(definition, tool, `${place}.readable`),
  };
}

function jsonSchemaOf(schema: StandardSchema, place: string): JsonSchema {
  if (typeof schema?.["~standard"]?.validate !== "function") {
    throw invalid(place, "not a Standard Schema", "Use a schema of zod, arktype, valibot or another Standard Schema library.");
  }
  if (!hasJsonSchema(schema)) {
    throw new SallyportError("ERR_CONFIG_SCHEMA_NOT_STRICT", "the schema cannot give its JSON Schema, so it cannot be shown to be strict", {
      place,
      remedy: "Use zod 4.2, arktype 2.1.28 or newer, or wrap the schema with its library's JSON Schema converter.",
    });
  }
  let json: JsonSchema;
  try {
    json = schema["~standard"].jsonSchema.input({ target: "draft-2020-12" });
  } catch (cause) {
    throw new SallyportError("ERR_CONFIG_SCHEMA_NOT_STRICT", "the schema cannot be written as JSON Schema", {
      place,
      remedy: "Use only types that JSON has: no bigint, date, map, set or function.",
      cause,
    });
  }
  checkStrictObject(json, place);
  return json;
}

function approvalOf(definition: EventDefinition): ContractEvent["approval"] {
  if (definition.approval === undefined || definition.approval === false) return undefined;
  return definition.approval === true ? { message: definition.description } : definition.approval;
}

function readableOf({ readable }: EventDefinition, tool: string, place: string): ContractEvent["readable"] {
  if (readable === undefined || readable === false) return undefined;
  const reading = `${tool}_read`;
  if (!TOOL.test(reading)) throw invalid(place, `"${reading}" is not a tool name`, "Give the event a shorter `tool`.");
  if (readable === true) return { scopes: [], tool: reading };
  refuseUnknownKeys(readable, new Set(["scopes"]), place);
  return { scopes: readable.scopes, tool: reading };
}

function boundsOf(bounds: Partial<Bounds> | undefined, place: string): Bounds {
  refuseUnknownKeys(bounds ?? {}, new Set(Object.keys(DEFAULT_BOUNDS)), place);
  for (const [name, value] of Object.entries(bounds ?? {})) refuseNoWholeNumber(`${place}.${name}`, value, 1);
  return { ...DEFAULT_BOUNDS, ...bounds };
}

function checkAllowance(allowance: Allowance | undefined, place: string): void {
  if (allowance === undefined) return;
  refuseUnknownKeys(allowance, new Set(["limit", "windowMs"]), place);
  refuseNoWholeNumber(`${place}.limit`, allowance.limit, 1);
  refuseNoWholeNumber(`${place}.windowMs`, allowance.windowMs, 1);
}

function refuseUnknownKeys(value: object, known: ReadonlySet<string>, place: string): void {
  for (const key of Object.keys(value)) {
    if (known.has(key)) continue;
    throw new SallyportError("ERR_CONFIG_UNKNOWN_KEY", `unknown key "${key}"`, { place, remedy: `Known keys: ${[...known].join(", ")}.` });
  }
}

const invalid = (place: string, what: string, remedy: string): SallyportError =>
  new SallyportError("ERR_CONFIG_INVALID", what, { place, remedy });
