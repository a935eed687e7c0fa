// @sallyport/guard/mcp
export { bindReading, UNTRUSTED_META } from "./bind-reading.ts";
export { bindTools, type BindOptions, IDEMPOTENCY_META, refusal, type ToolResult } from "./bind-tools.ts";
export type { AuthInfo, McpServerLike } from "./sdk.ts";
