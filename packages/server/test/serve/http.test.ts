// The ready-made server over real HTTP, called by real clients of both SDKs in both eras of the protocol.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { openShop, published } from "../shop.ts";
import { CLIENTS } from "./clients.ts";

const sha256 = (token: string): string => createHash("sha256").update(token).digest("hex");
const auth = {
  tokens: [
    { principal: { id: "alice", tenant: "acme", scopes: ["prices:write"] }, sha256: sha256("alice-token") },
    { principal: { id: "bob", tenant: "rival" }, sha256: sha256("bob-token") },
  ],
};

describe.each(CLIENTS)("%s", (_name, connect) => {
  test("publishes and reads", async () => {
    const shop = openShop();
    const { url } = await shop.serve();
    const client = await connect(url, {});
    expect(await client.tools()).toEqual(["order_placed", "order_cancelled", "price_set", "order_placed_read"]);
    const receipt = await client.call("order_placed", { item: "tea" });
    expect(receipt.structuredContent).toMatchObject({ type: "order.placed", repeated: false });
    const read = await client.call("order_placed_read", {});
    expect(read.structuredContent).toMatchObject({ events: [{ eventId: receipt.structuredContent!["id"], data: { item: "tea" } }] });
    expect(await published(shop, "orders")).toMatchObject([{ actor: "local", tenant: "acme", origin: "llm" }]);
  });

  test("[PUB-09] a person is asked, and a yes publishes", async () => {
    const shop = openShop();
    const { url } = await shop.serve();
    const client = await connect(url, { approves: true });
    expect(await client.call("order_cancelled", { item: "tea" })).toMatchObject({ structuredContent: { type: "order.cancelled" } });
    expect(await published(shop, "orders")).toHaveLength(1);
  });

  test("[PUB-09] a no publishes nothing, and neither does a client that cannot ask", async () => {
    const shop = openShop();
    const { url } = await shop.serve();
    const declining = await connect(url, { approves: false });
    expect(await declining.call("order_cancelled", { item: "tea" })).toMatchObject({
      isError: true,
      structuredContent: { code: "ERR_REQUEST_APPROVAL_DECLINED" },
    });
    const mute = await connect(url, {});
    expect(await mute.call("order_cancelled", { item: "cake" })).toMatchObject({
      isError: true,
      structuredContent: { code: "ERR_REQUEST_APPROVAL_UNAVAILABLE" },
    });
    expect(await published(shop, "orders")).toEqual([]);
  });

  test("[DST-08] the token decides principal, tenant and scopes", async () => {
    const shop = openShop();
    const { url } = await shop.serve({ auth });
    const alice = await connect(url, { token: "alice-token" });
    const bob = await connect(url, { token: "bob-token" });
    expect(await alice.tools()).toContain("price_set");
    expect(await bob.tools()).not.toContain("price_set");
    await alice.call("price_set", { item: "tea", cents: 250 });
    expect(await published(shop, "prices.acme")).toMatchObject([{ actor: "alice", tenant: "acme" }]);
    await bob.call("order_placed", { item: "tea" });
    await alice.call("order_placed", { item: "tea" });
    expect((await bob.call("order_placed_read", {})).structuredContent).toMatchObject({ events: [{ actor: "bob" }] });
  });

  test("without a token that is known, nobody connects", async () => {
    const { url } = await openShop().serve({ auth });
    await expect(connect(url, {})).rejects.toThrow();
    await expect(connect(url, { token: "guess" })).rejects.toThrow();
  });
});

describe("who may ask", () => {
  const initialize = {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } },
  };
  const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  const post = (url: string, more: Record<string, string>, body: unknown = initialize): Promise<Response> =>
    fetch(url, { method: "POST", headers: { ...headers, ...more }, body: JSON.stringify(body) });
  const callTool = (item: string): object => ({
    jsonrpc: "2.0",
    id: 2,
    method: "tools/call",
    params: { name: "order_placed", arguments: { item } },
  });

  test("[OPS-03] a page of another site is refused", async () => {
    const { url } = await openShop().serve();
    for (const origin of ["https://evil.example", "null", "http://localhost.evil.example"])
      expect((await post(url, { origin })).status, origin).toBe(403);
    expect((await post(url, { origin: "http://localhost:3000" })).status).toBe(200);
  });

  test("[OPS-03] configured origins and hosts are the only ones", async () => {
    const { url } = await openShop().serve({ allowedOrigins: ["https://app.example"], allowedHosts: ["mcp.example:8321"] });
    for (const host of ["127.0.0.1", "localhost", "example"]) expect((await askAs(url, host)).status, host).toBe(403);
    expect((await askAs(url, "mcp.example:8321", "https://app.example")).status).not.toBe(403);
    for (const origin of ["http://app.example", "https://app.example:444", "http://localhost"])
      expect((await askAs(url, "mcp.example", origin)).status, origin).toBe(403);
  });

  test("[OPS-03] another host name is refused, whatever address it resolves to", async () => {
    const { url } = await openShop().serve();
    const { status } = await askAs(url, "evil.example");
    expect(status).toBe(403);
    expect((await askAs(url, "localhost:1")).status).not.toBe(403);
  });

  test("a token that is not known is answered with a challenge", async () => {
    const { url } = await openShop().serve({ auth });
    const response = await post(url, { authorization: "Bearer guess" });
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, expect.stringContaining("invalid_token")]);
  });

  test("[DST-08] a session of one principal does not exist for another", async () => {
    const shop = openShop();
    const { url } = await shop.serve({ auth });
    const opened = await post(url, { authorization: "Bearer alice-token" });
    const session = { "mcp-session-id": opened.headers.get("mcp-session-id")! };
    const stolen = await post(url, { authorization: "Bearer bob-token", ...session }, callTool("tea"));
    expect(stolen.status).toBe(404);
    expect(await published(shop, "orders")).toEqual([]);
    const own = await post(url, { authorization: "Bearer alice-token", ...session }, callTool("tea"));
    expect(own.status).toBe(200);
    await own.text();
    expect(await published(shop, "orders")).toHaveLength(1);
  });

  test("a call without a session and without the new protocol is refused", async () => {
    const shop = openShop();
    const { url } = await shop.serve();
    expect((await post(url, {}, callTool("tea"))).status).toBe(400);
    expect(await published(shop, "orders")).toEqual([]);
  });

  test.each([
    ["of an unknown caller", { authorization: "Bearer guess" }, "/mcp", 401],
    ["asked for by another name", { host: "evil.example" }, "/mcp", 403],
    ["sent by a page of another site", { origin: "https://evil.example" }, "/mcp", 403],
    ["for another path", {}, "/admin", 404],
    ["for a path that is no URL", {}, "//", 404],
  ])("[OPS-03] a request %s is turned away by its head: its body is not waited for", async (_what, more, path, status) => {
    const shop = openShop();
    const { url } = await shop.serve({ auth });
    expect(await statusOfHead(url, path, { "content-type": "application/json", "content-length": "1000", ...more })).toBe(status);
    expect(shop.lines).toEqual([{ level: "info", message: "turned away", status, answer: expect.any(String) }]);
  });

  test("a body beyond the limit is refused", async () => {
    const { url } = await openShop().serve();
    expect((await post(url, {}, { ...initialize, padding: "x".repeat(2 ** 20) })).status).toBe(413);
  });

  test("any other path is not found", async () => {
    const { url } = await openShop().serve();
    expect((await post(url.replace("/mcp", "/admin"), {})).status).toBe(404);
  });
});

describe("health", () => {
  const at = (url: string, path: string): Promise<Response> => fetch(url.replace("/mcp", path));

  test("alive and ready", async () => {
    const { url } = await openShop().serve({ auth });
    expect((await at(url, "/healthz")).status).toBe(200);
    expect(await (await at(url, "/readyz")).json()).toEqual({ status: "ready" });
  });

  test("alive and not ready when the store does not answer, and it says what fails", async () => {
    const shop = openShop();
    const { url } = await shop.serve();
    await shop.embedded.close();
    const ready = await at(url, "/readyz");
    expect([ready.status, await ready.json()]).toEqual([503, { status: "not ready", failing: ["store"] }]);
    expect((await at(url, "/healthz")).status).toBe(200);
  });
});

/** The answer to a request whose body never comes. */
async function statusOfHead(url: string, path: string, headers: Record<string, string>): Promise<number | undefined> {
  const { request } = await import("node:http");
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method: "POST", headers }, (response) => {
      resolve(response.statusCode);
      asked.destroy();
    });
    asked.once("error", reject);
    asked.flushHeaders();
  });
}

/** `fetch` does not let a caller choose the Host header. */
async function askAs(url: string, host: string, origin?: string): Promise<{ status: number | undefined }> {
  const { request } = await import("node:http");
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { method: "POST", headers: { host, "content-type": "application/json", ...(origin && { origin }) } },
      (response) => {
        response.resume();
        resolve({ status: response.statusCode });
      },
    );
    asked.once("error", reject);
    asked.end("{}");
  });
}
