// Streamable HTTP, both eras of the protocol: 2026-07-28 without sessions, older ones with. Before anything of the
// protocol is read: who is asked for (Host), from which page (Origin), and who asks (bearer token).
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { toNodeHandler } from "@modelcontextprotocol/node";
import {
  type AuthInfo,
  createMcpHandler,
  hostHeaderValidationResponse,
  isLegacyRequest,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  type McpHttpHandler,
  originValidationResponse,
} from "@modelcontextprotocol/server";
import { type Principal, SallyportError } from "@sallyport/guard";
import { answerHealth, type Health } from "../health.ts";
import { fieldsOf } from "../logs.ts";
import { type AccessOptions, authenticator, principalOf, refuseExposure } from "./access.ts";
import { type Doors, mcpServerFor } from "./doors.ts";
import { rpcError, Sessions } from "./sessions.ts";

export interface HttpOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 8321; 0 for any that is free. */
  readonly port?: number;
  /** Host names by which this server may be asked for. Default: those of the loopback interface. */
  readonly allowedHosts?: readonly string[];
  /** Host names of pages that may ask from a browser. Default: those of the loopback interface. */
  readonly allowedOrigins?: readonly string[];
  /** Without it everyone on this machine is `local`. */
  readonly auth?: AccessOptions;
  readonly behindTlsProxy?: boolean;
  readonly local: Principal;
  readonly health: Health;
}

export interface HttpServing {
  /** Of the MCP endpoint. */
  readonly url: string;
  close(deadlineMs: number): Promise<void>;
}

export const DEFAULT_PORT = 8321;
export const MCP_PATH = "/mcp";
const MAX_BODY_BYTES = 1024 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_CONNECTIONS = 1024;
/** How long answers that are finished may take to reach their clients. */
const FLUSH_MS = 1000;

export async function serveHttp(doors: Doors, options: HttpOptions): Promise<HttpServing> {
  const host = options.host ?? "127.0.0.1";
  refuseExposure({ host, auth: options.auth, behindTlsProxy: options.behindTlsProxy });
  const endpoint = new Endpoint(doors, options);
  const handle = toNodeHandler(endpoint, { maxRequestBodySize: MAX_BODY_BYTES, onerror: (error) => endpoint.report(error) });
  const posts = new Set<ServerResponse>();
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    if (request.method === "POST") posts.add(response.once("close", () => posts.delete(response)));
    void answer(request, response, handle, options);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, host, options.port ?? DEFAULT_PORT);
  const { port } = server.address() as AddressInfo;
  const close = async (deadlineMs: number): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await doors.calls.close(deadlineMs);
    await withinMs(FLUSH_MS, Promise.all([...posts].map((response) => once(response, "close"))));
    await endpoint.close();
    server.closeAllConnections();
    await closed;
  };
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}${MCP_PATH}`,
    close: (deadlineMs) => (closing ??= close(deadlineMs)),
  };
}

/** Health is answered to whoever asks, by whatever name: orchestrators ask by address. */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  handle: ReturnType<typeof toNodeHandler>,
  { health }: HttpOptions,
): Promise<void> {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const healthy = request.method === "GET" ? await answerHealth(path, health) : undefined;
  if (healthy === undefined) return handle(request as IncomingMessage & { readonly method: string; readonly url: string }, response);
  response.writeHead(healthy.status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(healthy.body);
}

class Endpoint {
  readonly #doors: Doors;
  readonly #hosts: string[];
  readonly #origins: string[];
  readonly #authenticate: (request: Request) => Promise<AuthInfo | Response>;
  readonly #modern: McpHttpHandler;
  readonly #sessions: Sessions;

  constructor(doors: Doors, options: HttpOptions) {
    this.#doors = doors;
    this.#hosts = [...(options.allowedHosts ?? localhostAllowedHostnames())];
    this.#origins = [...(options.allowedOrigins ?? localhostAllowedOrigins())];
    const local = localAuth(options.local);
    this.#authenticate = options.auth === undefined ? async () => local : authenticator(options.auth);
    const open = (auth: AuthInfo | undefined) => mcpServerFor(doors, principalOf(auth) ?? options.local, true);
    const onerror = (error: Error): void => this.report(error);
    this.#modern = createMcpHandler(({ authInfo }) => open(authInfo), { legacy: "reject", onerror, maxRequestBodySize: MAX_BODY_BYTES });
    this.#sessions = new Sessions({ open, maxBodyBytes: MAX_BODY_BYTES });
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    const misplaced = hostHeaderValidationResponse(request, this.#hosts) ?? originValidationResponse(request, this.#origins);
    if (misplaced !== undefined) return misplaced;
    if (new URL(request.url).pathname !== MCP_PATH) return rpcError(404, -32_601, `The endpoint is ${MCP_PATH}`);
    const auth = await this.#authenticate(request);
    if (auth instanceof Response) return auth;
    if (this.#doors.calls.closed) return rpcError(503, -32_000, "The server is shutting down");
    if (await isLegacyRequest(request, undefined, { maxRequestBodySize: MAX_BODY_BYTES })) return this.#sessions.fetch(request, auth);
    return this.#modern.fetch(request, { authInfo: auth });
  };

  report(error: Error): void {
    this.#doors.log("warn", "a request failed", fieldsOf(error));
  }

  async close(): Promise<void> {
    await Promise.all([this.#sessions.close(), this.#modern.close()]);
  }
}

function localAuth(principal: Principal): AuthInfo {
  return { token: "", clientId: principal.id, scopes: [...(principal.scopes ?? [])], extra: { principal } };
}

async function withinMs(limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, limitMs)))]);
  clearTimeout(timer);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        new SallyportError("ERR_CONFIG_INVALID", `cannot listen on ${host}:${port}: ${cause.code ?? cause.name}`, {
          place: "server.port",
          remedy: "Choose another port or host, or stop what is listening there.",
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
}
