// A person is asked where the contract says so. No yes, no publish (PUB-09): also when the asking itself fails.
import type { ContractEvent } from "../contract/contract.ts";
import { isSallyportError, SallyportError } from "../errors.ts";
import type { ApprovalRequest, Approver, Call } from "./call.ts";

const CODES = {
  declined: "ERR_REQUEST_APPROVAL_DECLINED",
  unavailable: "ERR_REQUEST_APPROVAL_UNAVAILABLE",
  pending: "ERR_REQUEST_APPROVAL_PENDING",
} as const;

export async function askPerson({ event, call, data }: { event: ContractEvent; call: Call; data: unknown }): Promise<void> {
  if (event.approval === undefined) return;
  if (call.approve === undefined) throw new SallyportError("ERR_REQUEST_APPROVAL_UNAVAILABLE", "nobody can be asked for approval");
  const answer = await answerOf(call.approve, {
    type: event.type,
    message: event.approval.message,
    data,
    principal: call.principal,
  });
  if (answer !== "approved") throw new SallyportError(CODES[answer], `approval: ${answer}`);
}

async function answerOf(approve: Approver, request: ApprovalRequest): ReturnType<Approver> {
  try {
    return await approve(request);
  } catch (cause) {
    if (isSallyportError(cause)) throw cause;
    throw new SallyportError("ERR_REQUEST_APPROVAL_UNAVAILABLE", "asking for approval failed", {
      cause,
      publicMessage: "This event needs a person's approval, and no answer came. Nothing was published.",
    });
  }
}
