// The front door. Nothing reachable from here imports a broker client, the MCP SDK or the disk.
export { contract, event } from "./contract/contract.ts";
export type { Contract, ContractEvent, DataOf, EventDefinition, EventOptions, EventsOf } from "./contract/contract.ts";
export { KeyRing } from "./envelope/keys.ts";
export type { Algorithm, KeySpec } from "./envelope/keys.ts";
export { keysFromEnv, parseKeys } from "./envelope/key-sources.ts";
export { ERROR_CODES, isSallyportError, SallyportError } from "./errors.ts";
export type { ErrorCode } from "./errors.ts";
export { Publisher } from "./publish/publisher.ts";
export type { ApprovalRequest, Approver, Call, Principal, PublisherOptions, Receipt } from "./publish/publisher.ts";
export { Consumer } from "./consume/consumer.ts";
export type { ConsumerOptions, Handlers } from "./consume/consumer.ts";
export type { ReceivedEvent } from "./consume/examine.ts";
export type { Handler, HandlerContext } from "./consume/handle.ts";
export { commitWith, type Outcome, reject, retry, unavailable } from "./consume/outcome.ts";
export type { ConsumePolicy } from "./consume/policy.ts";
export { DeadLetterDesk, OPERATE_SCOPE } from "./consume/redrive.ts";
export type { DeadLetterDeskOptions, Operator, Redriven } from "./consume/redrive.ts";
