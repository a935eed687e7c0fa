// OPS-03: a web page of somebody else's talks to a server on loopback: from where it is, or under a name of its own that
// leads here, as DNS rebinding has it. Asked in the era that the server speaks.
import { request as ask } from "node:http";
import { request as askSecurely } from "node:https";
import { attack, type Case, inconclusive, notApplicable, shown, withstood } from "../attack.ts";
import type { Bench } from "../../bench.ts";
import { quoted } from "../../taps/tap.ts";

const HOST = "attacker.example";
const MODERN = "2026-07-28";
const CLIENT = { name: "page", version: "1" };
const MOST_MS = 10_000;

const LEGACY_REQUEST = {
  headers: {},
  body: { jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: CLIENT } },
};
const MODERN_REQUEST = {
  headers: { "mcp-protocol-version": MODERN, "mcp-method": "tools/list" },
  body: {
    jsonrpc: "2.0",
    id: 1,
    method: "tools/list",
    params: {
      _meta: {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientInfo": CLIENT,
        "io.modelcontextprotocol/clientCapabilities": {},
      },
    },
  },
};

export const foreignOrigin = attack({
  id: "foreign-origin",
  title: "A web page elsewhere can use the server",
  threats: ["OPS-03"],
  axis: "operations",
  severity: "medium",
  fix: "Check the Host and Origin headers of every request against a list.",
  stage: "shared",
  cases: ({ isOverHttp }) =>
    isOverHttp
      ? [
          foreignCase("a foreign Origin", () => ({ origin: `http://${HOST}` })),
          // The browser takes the page and the server for one and the same.
          foreignCase("a foreign name that leads here", (port) => ({ origin: `http://${HOST}:${port}`, host: `${HOST}:${port}` })),
        ]
      : notApplicable("the server does not speak HTTP"),
});

const foreignCase = (name: string, headersOf: (port: string) => Readonly<Record<string, string>>): Case => ({
  name,
  at: "http",
  sends: `a first request with ${JSON.stringify(headersOf("PORT"))}`,
  run: async (bench) => {
    const { port } = new URL(bench.stage.profile.server.url ?? "");
    const own = await asked(bench, {});
    if (own >= 400) return inconclusive(`the same request with no header of a page is refused too, with HTTP ${own}`);
    const foreign = headersOf(port);
    const status = await asked(bench, foreign);
    const said = `a request with ${JSON.stringify(foreign)} is`;
    return status < 400 ? shown(`${said} answered with HTTP ${status}`) : withstood(`${said} refused with HTTP ${status}`);
  },
});

async function asked(bench: Bench, foreign: Readonly<Record<string, string>>): Promise<number> {
  const { server, profile } = bench.stage;
  const { headers: own, body } = server.era === "modern" ? MODERN_REQUEST : LEGACY_REQUEST;
  const headers = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    ...profile.server.headers,
    ...own,
    ...foreign,
  };
  const url = profile.server.url ?? "";
  bench.note("called", `${body.method} with ${JSON.stringify(foreign)}`);
  // What the profile sends to get in is not shown to others.
  const shownHeaders = Object.entries(headers).filter(([header]) => !Object.hasOwn(profile.server.headers, header));
  const flags = shownHeaders.map(([header, value]) => `-H ${quoted(`${header}: ${value}`)}`);
  bench.commands.push(`curl -i ${flags.join(" ")} -d ${quoted(JSON.stringify(body))} ${quoted(url)}`);
  const status = await statusOf(url, headers, JSON.stringify(body));
  bench.note("answered", `HTTP ${status}`);
  return status;
}

/** Not by `fetch`, which has a Host of its own. */
function statusOf(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith("https:") ? askSecurely : ask;
    const request = send(url, { method: "POST", headers, timeout: MOST_MS }, (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${MOST_MS} ms`)));
    request.on("error", reject);
    request.end(body);
  });
}
