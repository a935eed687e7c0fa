// Whether the process lives (`/healthz`) and whether it can do its work now (`/readyz`), over HTTP. It says which
// check failed and nothing else: whoever may ask is not known.
import { createServer } from "node:http";
import type { Backing } from "./backing.ts";
import { listen, pathOf } from "./listen.ts";

export interface Health {
  /** Names of the checks that fail; none means ready. */
  failing(): Promise<readonly string[]>;
}

/** Each check passes by returning true; throwing, and taking longer than the limit, is failing. */
export function healthOf(checks: Readonly<Record<string, () => boolean | Promise<boolean>>>, limitMs = 2000): Health {
  const passes = async (check: () => boolean | Promise<boolean>): Promise<boolean> => {
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), limitMs);
    try {
      return await Promise.race([check(), late]);
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    failing: async () => {
      const results = await Promise.all(Object.entries(checks).map(async ([name, check]) => ((await passes(check)) ? [] : [name])));
      return results.flat();
    },
  };
}

/** Of what server or worker stand on. */
export const healthChecksOf = ({ health }: Pick<Backing, "health">): Readonly<Record<string, () => Promise<boolean>>> =>
  Object.fromEntries(Object.entries(health).map(([name, answers]) => [name, () => answers().then(() => true)]));

/** `undefined` for any other path. */
export async function answerHealth(path: string, health: Health): Promise<{ readonly status: number; readonly body: string } | undefined> {
  if (path === "/healthz") return { status: 200, body: JSON.stringify({ status: "ok" }) };
  if (path !== "/readyz") return undefined;
  const failing = await health.failing();
  if (failing.length === 0) return { status: 200, body: JSON.stringify({ status: "ready" }) };
  return { status: 503, body: JSON.stringify({ status: "not ready", failing }) };
}

export interface HealthServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Health alone, for processes that serve nothing else.
 * @throws {SallyportError} `ERR_CONFIG_INVALID` when the port cannot be had.
 */
export async function serveHealth(health: Health, host: string, port: number): Promise<HealthServer> {
  const server = createServer((request, response) => {
    void answerHealth(pathOf(request.url), health).then((answer) => {
      response.writeHead(answer?.status ?? 404, { "content-type": "application/json" });
      response.end(answer?.body ?? "{}");
    });
  });
  const actual = await listen(server, host, port, "the port for health");
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
