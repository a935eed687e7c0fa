// The same tools over standard input and output, for a client that starts this process. There is one user: whoever
// configured the client.
import type { Principal } from "@sallyport/guard";
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { fieldsOf } from "../logs.ts";
import type { Running } from "../lifecycle.ts";
import { type Doors, mcpServerFor } from "./doors.ts";

const MAX_BUFFER_BYTES = 1024 * 1024;

export function serveOverStdio(doors: Doors, local: Principal): Required<Running> {
  const transport = new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: MAX_BUFFER_BYTES });
  const ended = new Promise<void>((resolve) => process.stdin.once("close", resolve).once("end", resolve));
  const serving = serveStdio(() => mcpServerFor(doors, local, false), {
    transport,
    onerror: (error) => doors.log("warn", "a request failed", fieldsOf(error)),
  });
  return {
    ended,
    close: async (deadlineMs) => {
      await doors.calls.close(deadlineMs);
      await serving.close();
    },
  };
}
