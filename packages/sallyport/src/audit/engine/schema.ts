// What is known of data that was checked at run time, whatever library checked it.

export interface Schema {
  readonly kind: "object" | "string" | "number" | "boolean" | "enum" | "array" | "record" | "any" | "union" | "null";
  readonly fields?: ReadonlyMap<string, Schema>;
  /** `object`: what happens to fields it does not name. */
  readonly unknownKeys?: "refused" | "dropped" | "kept";
  /** `enum`: how many, and which where they are known. */
  readonly values?: readonly (string | number | boolean | null)[];
  readonly element?: Schema | undefined;
  readonly options?: readonly Schema[];
  /** Strings and arrays. */
  readonly maxLength?: number;
  /** A pattern that a string must match, as written. */
  readonly pattern?: string;
  /** Checked by code of the program too (`refine`, validators): it may be a guard, and cannot be read. */
  readonly custom?: boolean;
}

export const ANY: Schema = { kind: "any" };
export const STRING: Schema = { kind: "string" };
export const NUMBER: Schema = { kind: "number" };
export const BOOLEAN: Schema = { kind: "boolean" };

export const objectSchema = (fields: ReadonlyMap<string, Schema>, unknownKeys: Schema["unknownKeys"] = "dropped"): Schema => ({
  kind: "object",
  fields,
  unknownKeys,
});

export const enumOf = (values: readonly (string | number | boolean | null)[]): Schema => ({ kind: "enum", values });

/** The schema of a part; `undefined` where nothing was checked; `absent` where it cannot be there. */
export function fieldOf(schema: Schema | undefined, name: string): Schema | undefined | "absent" {
  if (schema === undefined) return undefined;
  switch (schema.kind) {
    case "object": {
      const field = schema.fields?.get(name);
      if (field !== undefined) return field;
      if (name === "[]") return ANY;
      return schema.unknownKeys === "kept" ? ANY : "absent";
    }
    case "array":
      return schema.element ?? ANY;
    case "record":
      return schema.element ?? ANY;
    case "union":
      return unionField(schema.options ?? [], name);
    case "any":
      return undefined;
    default:
      // Methods and characters of a string: of the same kind.
      return schema;
  }
}

function unionField(options: readonly Schema[], name: string): Schema | undefined | "absent" {
  const fields = options.map((option) => fieldOf(option, name)).filter((field) => field !== "absent");
  if (fields.length === 0) return "absent";
  if (fields.some((field) => field === undefined)) return undefined;
  return fields.length === 1 ? fields[0] : unionOf(fields as Schema[]);
}

export function unionOf(options: readonly Schema[]): Schema {
  if (options.every((option) => option.kind === "enum")) return enumOf(options.flatMap((option) => option.values ?? []));
  const [only] = options;
  return options.length === 1 && only !== undefined ? only : { kind: "union", options };
}

/** Whether text in it is free: anything at all may be said with it. */
export function isFree(schema: Schema | undefined, depth = 0): boolean {
  if (schema === undefined || depth > 6) return true;
  switch (schema.kind) {
    case "any":
    case "record":
      return true;
    case "object":
      return schema.unknownKeys === "kept" || [...(schema.fields?.values() ?? [])].some((field) => isFree(field, depth + 1));
    case "array":
      return isFree(schema.element, depth + 1);
    case "union":
      return (schema.options ?? []).some((option) => isFree(option, depth + 1));
    default:
      return false;
  }
}

/** A pattern that lets only a closed set of words through: `^(a|b)$`. */
export const isClosedPattern = (source: string): boolean => /^\^\(?(\?:)?[\w.:/-]+(\|[\w.:/-]+)*\)?\$$/.test(source);
