// How a person is asked, in each era of the protocol (PUB-09). v2 of the SDK: the tool answers with a question and
// is called again with the answer; for older clients the SDK itself asks in between. v1: the server asks directly.
// A client that did not say it can ask people is never taken to have asked one.
import type { ApprovalStates } from "../publish/approval-state.ts";
import type { ApprovalRequest, Approver } from "../publish/call.ts";
import { type CallContext, type ElicitParams, isV1, type McpServerLike } from "./sdk.ts";

const QUESTION = "approve";
const CAPABILITIES_META = "io.modelcontextprotocol/clientCapabilities";

export interface CallApproval {
  readonly approve: Approver;
  /** The result to answer with when approval is pending. */
  asked(): object | undefined;
}

export function approverFor(server: McpServerLike, states: ApprovalStates, context: CallContext): CallApproval {
  let pending: object | undefined;
  const approve: Approver = async (request) => {
    if (!canAsk(server, context)) return "unavailable";
    if (isV1(server)) return answerOf(await server.server.elicitInput(question(request)));
    const answer = context.mcpReq?.inputResponses?.[QUESTION];
    if (answer !== undefined) return (await isForThis(states, context, request)) ? answerOf(answer) : "declined";
    pending = {
      resultType: "input_required",
      inputRequests: { [QUESTION]: { method: "elicitation/create", params: { mode: "form", ...question(request) } } },
      requestState: states.mint(request),
    };
    return "pending";
  };
  return { approve, asked: () => pending };
}

/** In the new protocol every request says it, in its envelope, which the SDK takes out of `_meta`; before, the handshake did. */
function canAsk(server: McpServerLike, context: CallContext): boolean {
  const said = context.mcpReq?.envelope?.[CAPABILITIES_META] ?? context.mcpReq?._meta?.[CAPABILITIES_META];
  const own = said as { readonly elicitation?: unknown } | undefined;
  const capabilities = own ?? server.server.getClientCapabilities();
  return typeof capabilities?.elicitation === "object" && capabilities.elicitation !== null;
}

async function isForThis(states: ApprovalStates, context: CallContext, request: ApprovalRequest): Promise<boolean> {
  const state: unknown = context.mcpReq?.requestState?.();
  return typeof state === "string" && states.redeem(state, request);
}

/** Accepting the form is not enough: its one box must be ticked, so that a host that accepts by default approves nothing. */
function answerOf(answer: unknown): "approved" | "declined" {
  const { action, content } = answer as { readonly action?: unknown; readonly content?: { readonly approve?: unknown } };
  return action === "accept" && content?.approve === true ? "approved" : "declined";
}

function question({ type, message, data }: ApprovalRequest): ElicitParams {
  return {
    message: `${message}\n\nEvent: ${type}\nData: ${JSON.stringify(data)}`,
    requestedSchema: {
      type: "object",
      properties: { approve: { type: "boolean", title: "Publish this event?", default: false } },
      required: ["approve"],
    },
  };
}
