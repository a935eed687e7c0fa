// The same tools over standard input and output, for a client that starts this process. There is one user: whoever
// configured the client.
import type { Principal } from "@sallyport/guard";
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { fieldsOf } from "../logs.ts";
import type { Running } from "../lifecycle.ts";
import { type Doors, mcpServerFor } from "./doors.ts";

const MAX_LINE_BYTES = 1024 * 1024;
/** What is read at once: the end of a line that is within the limit, and the beginning of the next. */
const MAX_READ_BYTES = 64 * 1024;

/** Says when it is closed: by its client, or by itself after a line beyond the limit or an output that nobody reads. */
class Wire extends StdioServerTransport {
  readonly #closed = Promise.withResolvers<void>();

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  override async close(): Promise<void> {
    await super.close();
    this.#closed.resolve();
  }
}

export function serveOverStdio(doors: Doors, local: Principal): Required<Running> {
  const transport = new Wire(process.stdin, process.stdout, { maxBufferSize: MAX_LINE_BYTES + MAX_READ_BYTES });
  const serving = serveStdio(() => mcpServerFor(doors, local, false), {
    transport,
    onerror: (error) => doors.log("warn", "a request failed", fieldsOf(error)),
  });
  return {
    ended: transport.closed,
    close: async (deadlineMs) => {
      await doors.calls.close(deadlineMs);
      await serving.close();
    },
  };
}
