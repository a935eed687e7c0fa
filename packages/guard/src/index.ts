// The front door. Nothing reachable from here imports a broker client, the MCP SDK or the disk.
export { contract, event } from "./contract/contract.ts";
export type { Contract, ContractEvent, DataOf, EventDefinition, EventOptions, EventsOf } from "./contract/contract.ts";
export { KeyRing } from "./envelope/keys.ts";
export type { Algorithm, KeySpec } from "./envelope/keys.ts";
export { keysFromEnv, parseKeys } from "./envelope/key-sources.ts";
export { ERROR_CODES, isSallyportError, SallyportError } from "./errors.ts";
export type { ErrorCode } from "./errors.ts";
