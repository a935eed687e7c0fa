// Contracts become tools of the user's own McpServer: one tool per event, and no argument that names an event, a
// destination, a key or a header (PUB-01, DST-01).
import type { Contract, ContractEvent } from "../contract/contract.ts";
import type { JsonSchema } from "../contract/standard-schema.ts";
import { missingScopes, type Principal } from "../contract/principal.ts";
import { isSallyportError, SallyportError } from "../errors.ts";
import type { Approver, Call, Receipt } from "../publish/call.ts";
import type { Publisher } from "../publish/publisher.ts";
import { approverFor } from "./approval.ts";
import { type AuthInfo, authInfoOf, type CallContext, type McpServerLike, metaOf, shownSchema } from "./sdk.ts";

export interface BindOptions {
  /**
   * Who calls. A fixed principal for stdio, where there is one user; over HTTP a function of what the verified
   * token said. `undefined` refuses the call. Nothing of the arguments or of `clientInfo` is ever used for this.
   */
  readonly principal: Principal | ((auth: AuthInfo | undefined) => Principal | undefined);
  /** Over HTTP, where a server is made for each caller: list only the tools that this one may use. */
  readonly shownTo?: Principal;
  /**
   * Told of every error that is not the caller's, with its cause: what is unforeseen, `ERR_CONFIG_*`, and why broker or
   * store did not do it. Default: written to standard error, without the arguments.
   */
  readonly onError?: (error: unknown) => void;
}

/** Hosts may give their idempotency key here, in a call's `_meta`. */
export const IDEMPOTENCY_META = "dev.sallyport/idempotency-key";

export interface ToolResult {
  readonly content: { type: "text"; text: string }[];
  readonly structuredContent?: Record<string, unknown>;
  readonly isError?: boolean;
  readonly _meta?: Record<string, unknown>;
}

const RECEIPT_SCHEMA: JsonSchema = {
  type: "object",
  properties: {
    id: { type: "string", description: "Id of the event." },
    type: { type: "string", description: "Type of the event." },
    time: { type: "string", format: "date-time", description: "When it was published." },
    repeated: { type: "boolean", description: "True when an earlier, equal call had published it and this one did nothing." },
  },
  required: ["id", "type", "time", "repeated"],
  additionalProperties: false,
};

/** What `refusal` answers with. */
const REFUSAL_SCHEMA: JsonSchema = {
  type: "object",
  properties: {
    code: { type: "string", description: "Why it was refused; stable." },
    message: { type: "string" },
    retryAfterMs: { type: "number", description: "Wait this long before trying again." },
  },
  required: ["code", "message"],
  additionalProperties: false,
};

/**
 * A tool's whole output. SDK v1's client holds refusals to the schema too, once it has listed the tools: one that does
 * not fit is thrown away for an error of the client's own, and the agent never learns the code.
 */
export const outputSchemaOf = (success: JsonSchema): JsonSchema => ({ type: "object", anyOf: [success, REFUSAL_SCHEMA] });

/** Registers a tool for each event of the publisher's contract; with a fixed principal, for those that it may use. */
export function bindTools(server: McpServerLike, publisher: Publisher<Contract<any>>, options: BindOptions): void {
  for (const event of publisher.contract.events.values()) {
    if (!isShown(event.scopes, options)) continue;
    const callback = (args: unknown, context: CallContext): Promise<ToolResult | object> =>
      callTool(server, publisher, event, options, args, context);
    server.registerTool(event.tool, toolConfig(server, event), callback);
  }
}

function toolConfig(server: McpServerLike, event: ContractEvent): object {
  return {
    title: event.type,
    description: event.description,
    inputSchema: shownSchema(server, event.jsonSchema),
    outputSchema: shownSchema(server, outputSchemaOf(RECEIPT_SCHEMA)),
    annotations: { readOnlyHint: false, destructiveHint: event.destructive, idempotentHint: false, openWorldHint: true },
  };
}

/** Whether the tool is shown: to a principal who is known beforehand, only what it may use. Every call is checked again. */
export function isShown(scopes: readonly string[], { principal, shownTo }: BindOptions): boolean {
  const reader = shownTo ?? (typeof principal === "function" ? undefined : principal);
  return reader === undefined || missingScopes(scopes, reader).length === 0;
}

/** @throws {SallyportError} `ERR_REQUEST_FORBIDDEN` when the call has no principal. */
export function principalOf({ principal }: BindOptions, context: CallContext): Principal {
  const found = typeof principal === "function" ? principal(authInfoOf(context)) : principal;
  if (found === undefined) throw new SallyportError("ERR_REQUEST_FORBIDDEN", "the call has no principal");
  return found;
}

async function callTool(
  server: McpServerLike,
  publisher: Publisher<Contract<any>>,
  event: ContractEvent,
  options: BindOptions,
  args: unknown,
  context: CallContext,
): Promise<ToolResult | object> {
  const approval = approverFor(server, publisher.approvals, context);
  try {
    const receipt = await publisher.publishUntyped(event.type, args, callOf(principalOf(options, context), approval.approve, context));
    return accepted(receipt);
  } catch (error) {
    const asked = approval.asked();
    if (asked !== undefined && isSallyportError(error) && error.code === "ERR_REQUEST_APPROVAL_PENDING") return asked;
    return refused(error, options);
  }
}

function callOf(principal: Principal, approve: Approver, context: CallContext): Call {
  const { [IDEMPOTENCY_META]: idempotencyKey, traceparent } = metaOf(context);
  if (idempotencyKey !== undefined && typeof idempotencyKey !== "string")
    throw new SallyportError("ERR_REQUEST_INVALID", "the idempotency key is not a string");
  return {
    principal,
    origin: "llm",
    approve,
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    // Reserved for this in `_meta` by MCP 2026-07-28. Only telemetry looks at it, and checks it first.
    ...(typeof traceparent === "string" && { traceparent }),
  };
}

function accepted(receipt: Receipt): ToolResult {
  const structuredContent = { ...receipt };
  return { content: [{ type: "text", text: JSON.stringify(structuredContent) }], structuredContent };
}

/** The answer for an error; one that is the developer's or the operator's to mend is reported first. */
export function refused(error: unknown, options: BindOptions): ToolResult {
  if (!isSallyportError(error) || !error.code.startsWith("ERR_REQUEST_")) (options.onError ?? writeError)(error);
  return refusal(error);
}

/** A stable code and a public message; never a cause (PUB-13). */
export function refusal(error: unknown): ToolResult {
  const { code, publicMessage: message, retryAfterMs } = isSallyportError(error) ? error : UNFORESEEN;
  const structuredContent = { code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  return { isError: true, content: [{ type: "text", text: `${code}: ${message}` }], structuredContent };
}

const UNFORESEEN = new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "an unforeseen error");

function writeError(error: unknown): void {
  console.error(`sallyport: a tool call failed\n${described(error)}`);
}

const MOST_CAUSES = 5;

/** Texts and stacks alone: a client's error may have the whole command as a property, password or data included (OPS-05). */
function described(error: unknown, causes = MOST_CAUSES): string {
  if (!(error instanceof Error)) return typeof error;
  const said = `${isSallyportError(error) ? `${error.code} ` : ""}${error.stack ?? error.message}`;
  return error.cause === undefined || causes === 0 ? said : `${said}\ncaused by ${described(error.cause, causes - 1)}`;
}
