// The places of a tool's arguments, and what each seems to be for, by its name. A name that says nothing is a place for
// data. Where a schema says nothing at all, what is usually called so is tried.
import { isRecord, resolved, type Schema, typeOf } from "./grow.ts";
import { type Role, roleOf } from "./roles.ts";

export interface Slot {
  readonly path: readonly string[];
  readonly role: Role;
  /** Of the schema: `string`, `object`, …; `any` where it does not say. */
  readonly type: string;
  /** The words it takes, where there is a list. */
  readonly words: readonly unknown[];
  readonly schema: Schema;
}

const DEEPEST = 4;

export function slotsOf(root: Schema): readonly Slot[] {
  return within(root, root, [], 0);
}

function within(given: Schema, root: Schema, path: readonly string[], depth: number): readonly Slot[] {
  const schema = resolved(given, root);
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  const own = Object.entries(properties).flatMap(([name, property]) =>
    depth < DEEPEST && isRecord(property) ? within(property, root, [...path, name], depth + 1) : [],
  );
  if (path.length === 0) return own;
  const words = "const" in schema ? [schema["const"]] : Array.isArray(schema["enum"]) ? schema["enum"] : [];
  return [{ path, role: roleOf(path.at(-1)!), type: typeOf(schema), words, schema }, ...own];
}

/** The arguments with another value in a place; places on the way that are not there are made. */
export function withValue(
  given: Readonly<Record<string, unknown>>,
  [name, ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  if (name === undefined) return { ...given };
  const inner = Object.hasOwn(given, name) ? given[name] : undefined;
  const next = rest.length === 0 ? value : withValue(isRecord(inner) ? inner : {}, rest, value);
  // Defined, not assigned: `__proto__` is a name like any other here.
  return Object.defineProperty({ ...given }, name, { value: next, enumerable: true, configurable: true, writable: true });
}

/** What a destination is that an argument of this name names, where a broker has several kinds; `undefined` is the usual one. */
export const formIn = (path: readonly string[]): string | undefined => (/exchange/i.test(path.at(-1) ?? "") ? "exchange" : undefined);

/** What stands in a place of the arguments; `undefined` where there is nothing. */
export function valueAt(given: unknown, path: readonly string[]): unknown {
  let value = given;
  for (const name of path) value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

/** Every object in the arguments, the outermost first: where a key can be added. */
export function objectsIn(given: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (!isRecord(given)) return [];
  return [path, ...Object.entries(given).flatMap(([name, inner]) => objectsIn(inner, [...path, name]))];
}

/** Texts in the arguments, at any depth. */
export function textsIn(given: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof given === "string") return [path];
  return isRecord(given) ? Object.entries(given).flatMap(([name, inner]) => textsIn(inner, [...path, name])) : [];
}

/** Texts in the arguments that are an object in JSON. */
export function jsonIn(given: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof given === "string") return objectOf(given) === undefined ? [] : [path];
  return isRecord(given) ? Object.entries(given).flatMap(([name, inner]) => jsonIn(inner, [...path, name])) : [];
}

/** The object that a text is in JSON. */
export function objectOf(text: string): Record<string, unknown> | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export const USUAL: Readonly<Record<Exclude<Role, "data">, readonly string[]>> = {
  destination: ["topic", "queue", "channel", "destination", "stream", "exchange", "subject", "routingKey"],
  header: ["headers", "properties", "attributes", "options"],
  key: ["key", "partition", "priority", "messageGroupId"],
  server: ["id", "time", "actor", "tenant", "approvedBy", "origin", "hop"],
  action: ["action", "type", "event"],
};
