// Streamable HTTP, both eras of the protocol: 2026-07-28 without sessions, older ones with. By a request's head alone,
// before its body is taken in: who is asked for (Host), from which page (Origin), and who asks (bearer token).
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
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
import type { Principal } from "@sallyport/guard";
import { answerHealth, type Health } from "../health.ts";
import { listen, pathOf } from "../listen.ts";
import { fieldsOf } from "../logs.ts";
import { type AccessOptions, asksForTokens, type Authenticate, authenticator, principalOf, refuseExposure } from "./access.ts";
import { type Doors, mcpServerFor } from "./doors.ts";
import { rpcError, Sessions } from "./sessions.ts";

export interface HttpOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 8321; 0 for any that is free. */
  readonly port?: number;
  /** Hosts by which this server may be asked for, compared without the port. Default: those of the loopback interface. */
  readonly allowedHosts?: readonly string[];
  /** Origins of pages that may ask from a browser, compared exactly. Default: those of the loopback interface, any port. */
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
    void answer(request, response, endpoint, handle, options);
  });
  server.maxConnections = MAX_CONNECTIONS;
  const port = await listen(server, host, options.port ?? DEFAULT_PORT, "server.port");
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
  endpoint: Endpoint,
  handle: ReturnType<typeof toNodeHandler>,
  { health }: HttpOptions,
): Promise<void> {
  const healthy = request.method === "GET" ? await answerHealth(pathOf(request.url), health) : undefined;
  if (healthy !== undefined) {
    response.writeHead(healthy.status, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(healthy.body);
    return;
  }
  const admitted = await endpoint.admit(request);
  if (admitted instanceof Response) {
    response.writeHead(admitted.status, Object.fromEntries(admitted.headers));
    response.end(await admitted.text());
    return;
  }
  await handle(Object.assign(request as IncomingMessage & Asked, { auth: admitted }), response);
}

interface Asked {
  readonly method: string;
  readonly url: string;
}

class Endpoint {
  readonly #doors: Doors;
  readonly #hosts: string[];
  readonly #origins: ReadonlySet<string> | undefined;
  readonly #authenticate: Authenticate;
  readonly #modern: McpHttpHandler;
  readonly #sessions: Sessions;

  constructor(doors: Doors, options: HttpOptions) {
    this.#doors = doors;
    this.#hosts = options.allowedHosts?.map((host) => new URL(`http://${host}`).hostname) ?? localhostAllowedHostnames();
    this.#origins = options.allowedOrigins && new Set(options.allowedOrigins);
    const local = localAuth(options.local);
    const onerror = (error: unknown): void => this.report(error);
    this.#authenticate = asksForTokens(options.auth) ? authenticator(options.auth, { onFault: onerror }) : async () => local;
    const open = (auth: AuthInfo | undefined) => mcpServerFor(doors, principalOf(auth) ?? options.local, true);
    this.#modern = createMcpHandler(({ authInfo }) => open(authInfo), { legacy: "reject", onerror, maxRequestBodySize: MAX_BODY_BYTES });
    this.#sessions = new Sessions({ open, maxBodyBytes: MAX_BODY_BYTES });
  }

  /** Who calls, or the answer that turns the request away: a stranger's body takes no room here. */
  async admit(received: IncomingMessage): Promise<AuthInfo | Response> {
    const head = headOf(received);
    const refusal =
      hostHeaderValidationResponse(head, this.#hosts) ??
      this.#foreignPage(head) ??
      (pathOf(received.url) === MCP_PATH ? undefined : rpcError(404, -32_601, `The endpoint is ${MCP_PATH}`));
    const admitted = refusal ?? (await this.#authenticate(head));
    if (admitted instanceof Response)
      this.#doors.log("info", "turned away", { status: admitted.status, answer: await admitted.clone().text() });
    else if (this.#doors.calls.closed) return rpcError(503, -32_000, "The server is shutting down");
    return admitted;
  }

  readonly fetch = async (request: Request, { authInfo }: { readonly authInfo?: AuthInfo } = {}): Promise<Response> => {
    if (await isLegacyRequest(request, undefined, { maxRequestBodySize: MAX_BODY_BYTES })) return this.#sessions.fetch(request, authInfo);
    return this.#modern.fetch(request, { ...(authInfo && { authInfo }) });
  };

  #foreignPage(request: Request): Response | undefined {
    if (this.#origins === undefined) return originValidationResponse(request, localhostAllowedOrigins());
    const origin = request.headers.get("origin");
    return origin === null || this.#origins.has(origin) ? undefined : rpcError(403, -32_000, "This origin is not allowed");
  }

  report(error: unknown): void {
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

/** Its headers: of the address only the path counts, which is compared as it was written. */
function headOf({ headers }: IncomingMessage): Request {
  const given = Object.entries(headers).flatMap(([name, value = []]) => [value].flat().map((one): [string, string] => [name, one]));
  return new Request("http://localhost/", { headers: given });
}
