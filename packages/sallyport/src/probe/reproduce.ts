// The same without this program: what was sent, as commands for a shell.
import type { Profile } from "./profile.ts";
import { quoted } from "./taps/tap.ts";

export { addressIn } from "./taps/tap.ts";

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "by-hand", version: "1" } },
};
const INITIALIZED = { jsonrpc: "2.0", method: "notifications/initialized" };
const MOST = 6;

/** `sent`: requests of MCP, which are JSON, and commands for a broker, which are not. */
export function plainCommands({ server: { command, url, headers } }: Profile, sent: readonly string[]): readonly string[] {
  return sent.slice(0, MOST).map((one) => {
    if (!one.startsWith("{")) return one;
    if (url !== undefined) {
      const sentHeaders = { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers };
      const flags = Object.keys(sentHeaders).map((name) => `-H ${quoted(`${name}: ${secretless(name, sentHeaders)}`)}`);
      return `curl ${flags.join(" ")} -d ${quoted(one)} ${quoted(url)}`;
    }
    const lines = [JSON.stringify(INITIALIZE), JSON.stringify(INITIALIZED), one].map(quoted);
    return `(printf '%s\\n' ${lines.join(" ")}; sleep 2) | ${(command ?? ["COMMAND"]).map(quoted).join(" ")}`;
  });
}

/** A report is shown to others; what the profile sends to get in is not. */
const secretless = (name: string, headers: Readonly<Record<string, string>>): string =>
  /^(?:content-type|accept)$/.test(name) ? headers[name]! : "…";
