// Sessions of the protocol's older era (2025-11-25 and before) over HTTP, where a server may ask its client things.
// A session belongs to the principal who opened it: with another's token it does not exist.
import { randomUUID } from "node:crypto";
import { type AuthInfo, type McpServer, WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import { principalOf } from "./access.ts";

export interface SessionsOptions {
  readonly open: (auth: AuthInfo | undefined) => McpServer;
  readonly maxBodyBytes: number;
  /** All sessions together. Default 1,000. */
  readonly most?: number;
  /** A session that is not used for this long may make room for another. Default one minute. */
  readonly idleMs?: number;
  readonly now?: () => number;
}

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly owner: string;
  usedAtMs: number;
}

const MOST = 1000;
const IDLE_MS = 60_000;

export class Sessions {
  readonly #options: SessionsOptions;
  /** In order of last use. */
  readonly #sessions = new Map<string, Session>();
  readonly #now: () => number;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  get size(): number {
    return this.#sessions.size;
  }

  async fetch(request: Request, auth: AuthInfo | undefined): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    if (id === null) return this.#begin(request, auth);
    const session = this.#sessions.get(id);
    if (session === undefined || session.owner !== ownerOf(auth)) return rpcError(404, -32_001, "Session not found");
    session.usedAtMs = this.#now();
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return handle(session.transport, request, auth);
  }

  async close(): Promise<void> {
    const open = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(open.map(({ transport }) => transport.close()));
  }

  async #begin(request: Request, auth: AuthInfo | undefined): Promise<Response> {
    if (!(await this.#hasRoom(ownerOf(auth)))) return rpcError(503, -32_000, "Too many sessions");
    const transport: WebStandardStreamableHTTPServerTransport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      maxRequestBodySize: this.#options.maxBodyBytes,
      onsessioninitialized: (id) => void this.#sessions.set(id, { transport, owner: ownerOf(auth), usedAtMs: this.#now() }),
      onsessionclosed: (id) => void this.#sessions.delete(id),
    });
    await this.#options.open(auth).connect(transport);
    const response = await handle(transport, request, auth);
    const { sessionId } = transport;
    if (sessionId === undefined || !this.#sessions.has(sessionId)) await transport.close();
    return response;
  }

  async #hasRoom(owner: string): Promise<boolean> {
    if (this.#sessions.size < (this.#options.most ?? MOST)) return true;
    const [id, spare] = this.#idle() ?? this.#beyondShare(owner) ?? [];
    if (id === undefined || spare === undefined) return false;
    this.#sessions.delete(id);
    await spare.transport.close();
    return true;
  }

  #idle(): [string, Session] | undefined {
    const [oldest] = this.#sessions;
    return oldest !== undefined && this.#now() - oldest[1].usedAtMs >= (this.#options.idleMs ?? IDLE_MS) ? oldest : undefined;
  }

  /** Of whoever holds most, if that is more than `owner` would hold: one caller must not shut all others out. */
  #beyondShare(owner: string): [string, Session] | undefined {
    const held = Map.groupBy(this.#sessions, ([, session]) => session.owner);
    const [most = []] = [...held.values()].sort((one, other) => other.length - one.length);
    return most.length > (held.get(owner)?.length ?? 0) + 1 ? most[0] : undefined;
  }
}

const ownerOf = (auth: AuthInfo | undefined): string => JSON.stringify([principalOf(auth)?.tenant, principalOf(auth)?.id]);

const handle = (transport: WebStandardStreamableHTTPServerTransport, request: Request, auth: AuthInfo | undefined): Promise<Response> =>
  transport.handleRequest(request, auth === undefined ? {} : { authInfo: auth });

export const rpcError = (status: number, code: number, message: string): Response =>
  Response.json({ jsonrpc: "2.0", id: null, error: { code, message } }, { status });
