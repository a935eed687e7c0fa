// MCP over the standard input and output of a process group. What is no message is counted, shown and skipped, since that
// is how a server that prints to its standard output looks; a line without end is refused.
import { type JSONRPCMessage, serializeMessage, type Transport } from "@modelcontextprotocol/client";
import type { ProcessGroup } from "./process-group.ts";

const LONGEST_LINE = 32 * 1024 * 1024;
const SHOWN = 200;

export class GroupTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  /** Lines that are no message. */
  rubbish = 0;
  firstRubbish = "";
  readonly #group: ProcessGroup;
  #pieces: Buffer[] = [];
  #length = 0;
  #closed = false;

  constructor(group: ProcessGroup) {
    this.#group = group;
  }

  start(): Promise<void> {
    this.#group.child.stdout?.on("data", (chunk: Buffer) => this.#take(chunk));
    // A server that is gone is seen by its exit; what is still written to it is lost.
    this.#group.child.stdin?.on("error", (error) => this.onerror?.(error));
    void this.#group.exited.then(() => this.close());
    return Promise.resolve();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const { stdin } = this.#group.child;
    if (this.#closed || stdin === null || !stdin.writable) throw new Error("the server has ended");
    await new Promise<void>((resolve) => {
      stdin.write(serializeMessage(message), () => resolve());
    });
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#group.child.stdin?.end();
      this.onclose?.();
    }
    return Promise.resolve();
  }

  #take(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      this.#pieces.push(chunk.subarray(from, end));
      this.#give(Buffer.concat(this.#pieces).toString());
      this.#pieces = [];
      this.#length = 0;
      from = end + 1;
    }
    const rest = chunk.subarray(from);
    this.#pieces.push(rest);
    this.#length += rest.length;
    if (this.#length <= LONGEST_LINE) return;
    this.#pieces = [];
    this.#group.signal("SIGKILL");
  }

  #give(line: string): void {
    const message = messageOf(line);
    if (message !== undefined) return this.onmessage?.(message);
    if (line.trim() === "") return;
    if (this.rubbish++ === 0) this.firstRubbish = line.slice(0, SHOWN);
  }
}

function messageOf(line: string): JSONRPCMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isMessage = typeof value === "object" && value !== null && "jsonrpc" in value && value.jsonrpc === "2.0";
    return isMessage ? (value as JSONRPCMessage) : undefined;
  } catch {
    return undefined;
  }
}
