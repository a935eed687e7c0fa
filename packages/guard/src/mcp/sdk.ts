// What is asked of the MCP SDK, v1 (@modelcontextprotocol/sdk) and v2 (@modelcontextprotocol/server) alike: only
// what is used, described structurally, so that the guard depends on neither.
import type { JsonSchema } from "../contract/standard-schema.ts";

/** The user's own McpServer. */
export interface McpServerLike {
  registerTool(name: string, config: any, callback: any): unknown;
  readonly server: { getClientCapabilities(): { readonly elicitation?: unknown } | undefined };
}

/** Present on v1's McpServer only, deprecated there and gone in v2. */
interface V1Only {
  readonly tool: unknown;
  readonly server: {
    elicitInput(
      params: ElicitParams,
    ): Promise<{ readonly action: string; readonly content?: Readonly<Record<string, unknown>> | undefined }>;
  };
}

export interface ElicitParams {
  readonly mode?: "form";
  readonly message: string;
  readonly requestedSchema: JsonSchema;
}

/** The handler's second argument, of either SDK. */
export interface CallContext {
  readonly mcpReq?: {
    readonly _meta?: Readonly<Record<string, unknown>> | undefined;
    readonly envelope?: Readonly<Record<string, unknown>> | undefined;
    readonly inputResponses?: Readonly<Record<string, unknown>> | undefined;
    readonly requestState?: () => unknown;
  };
  readonly http?: { readonly authInfo?: AuthInfo | undefined } | undefined;
  readonly _meta?: Readonly<Record<string, unknown>> | undefined;
  readonly authInfo?: AuthInfo | undefined;
}

/** What a verified bearer token said. */
export interface AuthInfo {
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly extra?: Readonly<Record<string, unknown>>;
}

export const isV1 = (server: McpServerLike): server is McpServerLike & V1Only =>
  typeof (server as { readonly tool?: unknown }).tool === "function";

export const authInfoOf = (context: CallContext): AuthInfo | undefined => context.http?.authInfo ?? context.authInfo;

export const metaOf = (context: CallContext): Readonly<Record<string, unknown>> => context.mcpReq?._meta ?? context._meta ?? {};

/**
 * A schema that shows the given JSON Schema and lets every value through. The publish door validates, so that every
 * refusal has a code and both SDKs say the same; the SDKs' own checks would answer first, in their own words.
 * v2 takes any Standard Schema. v1 takes zod alone: it is given zod 4's interface for libraries
 * (https://zod.dev/library-authors).
 */
export function shownSchema(server: McpServerLike, json: JsonSchema): object {
  // A copy for each reader: zod's converter writes into what it is given.
  const copy = (): JsonSchema => structuredClone(json);
  if (isV1(server)) return { _zod: { def: { type: "object", shape: {} }, run: (payload: unknown) => payload, toJSONSchema: copy } };
  return {
    "~standard": { version: 1, vendor: "sallyport", validate: (value: unknown) => ({ value }), jsonSchema: { input: copy, output: copy } },
  };
}
