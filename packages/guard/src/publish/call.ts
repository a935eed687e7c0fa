// What a caller of the publish door gives beside type and data, how a person is asked, and what is answered.
import type { Principal } from "../contract/principal.ts";
import type { Origin } from "../envelope/attributes.ts";

export interface ApprovalRequest {
  readonly type: string;
  readonly message: string;
  readonly data: unknown;
  readonly principal: Principal;
}

/**
 * Asks a person. Anything but `approved` means no publish (PUB-09): `unavailable` when nobody can be asked,
 * `pending` when the answer comes with a later call.
 */
export type Approver = (request: ApprovalRequest) => Promise<"approved" | "declined" | "unavailable" | "pending">;

export interface Call {
  readonly principal: Principal;
  readonly origin: Origin;
  /** The caller's own key for this call. Absent: the same arguments within a short window are the same call. */
  readonly idempotencyKey?: string;
  readonly approve?: Approver;
  /** W3C `traceparent` of what the caller says this call is part of: a parent for telemetry, and decides nothing. */
  readonly traceparent?: string;
}

export interface Receipt {
  readonly id: string;
  readonly type: string;
  readonly time: string;
  /** An earlier call published it; this one did nothing. */
  readonly repeated: boolean;
}
