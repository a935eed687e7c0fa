// The Standard Schema interfaces (https://standardschema.dev), declared here so that the guard needs no package.

export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** https://standardschema.dev/json-schema: zod from 4.2, arktype from 2.1.28, valibot through its converter. */
export interface JsonSchemaSource {
  readonly "~standard": {
    readonly jsonSchema: {
      readonly input: (options: { readonly target: "draft-2020-12" }) => Record<string, unknown>;
    };
  };
}

export type SchemaResult<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export type SchemaOutput<S> = S extends StandardSchema<unknown, infer Output> ? Output : never;
export type SchemaInput<S> = S extends { "~standard": { types?: { input: infer Input } | undefined } } ? Input : never;

export type JsonSchema = Readonly<Record<string, unknown>>;

export function hasJsonSchema(schema: object): schema is JsonSchemaSource {
  const standard = (schema as Partial<JsonSchemaSource>)["~standard"];
  return typeof standard?.jsonSchema?.input === "function";
}

/** "path: message" lines. Messages of a validator name the schema's keys and types, never the server's insides. */
export function describeIssues(issues: readonly SchemaIssue[], most = 5): string {
  const lines = issues.slice(0, most).map((issue) => {
    const path = (issue.path ?? []).map((step) => String(typeof step === "object" ? step.key : step)).join(".");
    return path === "" ? issue.message : `${path}: ${issue.message}`;
  });
  if (issues.length > most) lines.push(`and ${issues.length - most} more`);
  return lines.join("; ");
}
