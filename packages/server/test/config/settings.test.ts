import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { SallyportError } from "@sallyport/guard";
import { describe, expect, test } from "vitest";
import { loadContractFile } from "../../src/config/contract-file.ts";
import type { Settings } from "../../src/config/settings.ts";
import { marked, parse, refusalOf, withSettings } from "./marked.ts";

const HASH = "0123456789abcdef".repeat(4);
const settingsOf = (text: string, env: Record<string, string> = {}): Settings => parse(withSettings(text), env).settings;

describe("settings that are right", () => {
  test("of a whole file", async () => {
    const { settings } = await loadContractFile(`${import.meta.dirname}/fixtures/notes.yaml`, { ALICE_TOKEN_SHA256: HASH.toUpperCase() });
    expect(settings).toEqual({
      keys: { env: "SALLYPORT_KEYS" },
      store: `${import.meta.dirname}/fixtures/data/notes.db`,
      server: {
        host: "127.0.0.1",
        port: 8321,
        behindTlsProxy: false,
        allowedHosts: ["localhost:8321"],
        allowedOrigins: ["https://notes.example"],
        auth: {
          tokens: [{ principal: { id: "alice", tenant: "acme", scopes: ["notes:write"] }, sha256: HASH }],
          jwt: {
            issuer: "https://login.example/",
            audience: "https://notes.example/mcp",
            jwks: "https://login.example/jwks.json",
            principalClaim: "sub",
            tenantClaim: "tenant",
          },
        },
      },
      stdio: { id: "local", tenant: "acme", scopes: ["notes:write", "notes:remove"] },
      policy: {
        windowMs: 300_000,
        skewMs: 60_000,
        rememberMs: 86_400_000,
        leaseMs: 30_000,
        deadlineMs: 20_000,
        retryMs: 500,
        maxRetryMs: 300_000,
        maxFailures: 5,
        maxCrashes: 3,
        concurrency: 16,
        maxBytes: 262_144,
        maxDepth: 32,
      },
    });
  });

  test("are all optional, and those that are absent stay absent", () => {
    expect(settingsOf("")).toEqual({ server: { auth: { tokens: [] } }, policy: {} });
  });

  test("a file of keys is found from where the contract is", () => {
    expect(settingsOf("keys: { file: ./keys.json }").keys).toEqual({ file: resolve("keys.json") });
  });

  test("broker and store are addresses, which may come out of the environment, and a store may be a file", () => {
    const text = "broker: 'redis://shop:${PASSWORD}@broker.example'\nstore: ${STORE}\ninsecure: true";
    const given = settingsOf(text, { PASSWORD: "hunter2", STORE: "postgres://a:b@db.example/d" });
    expect([given.broker, given.store, given.insecure]).toEqual([
      "redis://shop:hunter2@broker.example",
      "postgres://a:b@db.example/d",
      true,
    ]);
    expect(settingsOf("store: ./data/a.db").store).toMatch(/^\/.*\/data\/a\.db$/);
    expect(settingsOf("broker: redis://shop@127.0.0.1").broker).toBe("redis://shop@127.0.0.1");
  });

  test("[OPS-05] half a password in an address is one, too", () => {
    expect(refusalOf(() => settingsOf("broker: 'redis://shop:hunter${A}@broker.example'", { A: "2" })).code).toBe("ERR_CONFIG_INVALID");
  });

  test("numbers may come out of the environment", () => {
    expect(settingsOf("server: { port: '${PORT}' }", { PORT: "8080" }).server.port).toBe(8080);
    expect(refusalOf(() => settingsOf("server: { port: '8080' }")).code).toBe("ERR_CONFIG_INVALID");
  });

  test("JWT keys may come over http from loopback", () => {
    const jwt = "issuer: http://localhost:9000, audience: a, jwks: 'http://[::1]:9000/jwks'";
    expect(settingsOf(`server: { auth: { jwt: { ${jwt} } } }`).server.auth.jwt?.issuer).toBe("http://localhost:9000");
  });
});

const token = (fields: string): string => `server: { auth: { tokens: [{ principal: a, ${fields} }] } }`;
const jwt = (fields: string): string => `server: { auth: { jwt: { audience: a, ${fields} } } }`;
const WRONG: readonly (readonly [string, string, string])[] = [
  ["an unknown key of the server", "server: { ▶prot: 1 }", "ERR_CONFIG_UNKNOWN_KEY"],
  ["an unknown key of auth", "server: { auth: { ▶token: x } }", "ERR_CONFIG_UNKNOWN_KEY"],
  ["[OPS-05] a token itself", token(`sha256: "${HASH}", ▶token: x`), "ERR_CONFIG_UNKNOWN_KEY"],
  ["[OPS-05] a token in place of its hash", token("sha256: ▶hunter2"), "ERR_CONFIG_INVALID"],
  ["a token without a hash", "server: { auth: { tokens: [▶{ principal: a }] } }", "ERR_CONFIG_INVALID"],
  [
    "two tokens with one hash",
    `server: { auth: { tokens: [{ principal: a, sha256: "${HASH}" }, { principal: b, sha256: ▶"${HASH.toUpperCase()}" }] } }`,
    "ERR_CONFIG_INVALID",
  ],
  ["a token of nobody", `server: { auth: { tokens: [▶{ sha256: "${HASH}" }] } }`, "ERR_CONFIG_INVALID"],
  ["[DST-03] a tenant outside the alphabet", "stdio: { principal: a, tenant: ▶../acme }", "ERR_CONFIG_INVALID"],
  ["a principal without a name", "stdio: ▶{ tenant: a }", "ERR_CONFIG_INVALID"],
  ["a principal whose every call would be refused", 'stdio: { principal: ▶"a\\nb" }', "ERR_CONFIG_INVALID"],
  ["[OPS-04] auth whose last token was taken away", "server: { auth: { tokens: ▶[] } }", "ERR_CONFIG_INVALID"],
  ["[OPS-04] auth that asks for nothing", "server: { auth: ▶{} }", "ERR_CONFIG_INVALID"],
  ["a host with two ports", "server: { allowedHosts: [a.example, ▶'a.example:1:2'] }", "ERR_CONFIG_INVALID"],
  ["a host that is none", "server: { allowedHosts: [▶'[['] }", "ERR_CONFIG_INVALID"],
  ["[OPS-05] a password in the broker's address", "broker: ▶redis://shop:hunter2@broker.example", "ERR_CONFIG_INVALID"],
  ["[OPS-05] a password in the store's address", "store: ▶postgres://shop:hunter2@db.example/d", "ERR_CONFIG_INVALID"],
  ["a broker that is no address", "broker: ▶localhost:6379", "ERR_CONFIG_INVALID"],
  ["[OPS-04] insecurity said as text", "insecure: ▶'yes'", "ERR_CONFIG_INVALID"],
  ["[OPS-05] keys in the file", "keys: ▶[{ id: k1, secret: hunter2 }]", "ERR_CONFIG_INVALID"],
  ["[OPS-05] a secret in the file", "keys: { ▶secret: hunter2 }", "ERR_CONFIG_UNKNOWN_KEY"],
  ["keys in two places", "keys: { env: A, file: ▶b }", "ERR_CONFIG_INVALID"],
  ["keys nowhere", "keys: ▶{}", "ERR_CONFIG_INVALID"],
  ["a port beyond all ports", "server: { port: ▶65536 }", "ERR_CONFIG_INVALID"],
  ["[OPS-04] a proxy said as text", "server: { behindTlsProxy: ▶'yes' }", "ERR_CONFIG_INVALID"],
  ["a host that is a number", "server: { host: ▶127 }", "ERR_CONFIG_INVALID"],
  ["a pattern of hosts", "server: { allowedHosts: [a.example, ▶'*.example'] }", "ERR_CONFIG_INVALID"],
  ["a pattern of origins", "server: { allowedOrigins: [▶'https://*.example'] }", "ERR_CONFIG_INVALID"],
  ["an origin with a path", "server: { allowedOrigins: [▶https://a.example/] }", "ERR_CONFIG_INVALID"],
  ["the null origin", "server: { allowedOrigins: [▶'null'] }", "ERR_CONFIG_INVALID"],
  ["[OPS-04] JWT keys over http", jwt("issuer: https://a.example, jwks: ▶http://a.example/jwks"), "ERR_CONFIG_INVALID"],
  ["[OPS-04] an issuer over http", jwt("issuer: ▶http://a.example, jwks: https://a.example/jwks"), "ERR_CONFIG_INVALID"],
  ["JWT keys from the disk", jwt("issuer: https://a.example, jwks: ▶file:///etc/passwd"), "ERR_CONFIG_INVALID"],
  ["a password in a URL", jwt("issuer: https://a.example, jwks: ▶https://u:hunter2@a.example/jwks"), "ERR_CONFIG_INVALID"],
  [
    "JWT without an audience",
    "server: { auth: { jwt: ▶{ issuer: https://a.example, jwks: https://a.example/jwks } } }",
    "ERR_CONFIG_INVALID",
  ],
  ["an unknown key of the policy", "policy: { ▶windowMs: 5 }", "ERR_CONFIG_UNKNOWN_KEY"],
  ["a window without a unit", "policy: { window: ▶5 }", "ERR_CONFIG_INVALID"],
  ["a budget of nothing", "policy: { maxFailures: ▶0 }", "ERR_CONFIG_INVALID"],
  ["a budget that is a duration", "policy: { maxFailures: ▶5s }", "ERR_CONFIG_INVALID"],
  ["[REP-10] a store of which the kind alone is said", "store: ▶postgres", "ERR_CONFIG_INVALID"],
  ["[REP-10] a store's address without its slashes", "store: ▶rediss:shop.example:6379", "ERR_CONFIG_INVALID"],
  ["[REP-10] a store's address with a scheme in capitals", "store: ▶Postgres://db.example/shop", "ERR_CONFIG_INVALID"],
  ["a store that is a list", "store: ▶[a]", "ERR_CONFIG_INVALID"],
];

describe("settings that are wrong are refused with code, line, column and remedy, and without their values", () => {
  test.each(WRONG)("%s", (_what, source, code) => {
    const { text, place } = marked(withSettings(source));
    const refusal = refusalOf(() => parse(text));
    expect([refusal.code, refusal.place]).toEqual([code, place]);
    expect(refusal.remedy).toBeTruthy();
    expect(refusal.message).not.toContain("hunter2");
  });
});

describe("[OPS-05] what came out of the environment is in no error", () => {
  const secret = `/+${randomBytes(18).toString("base64")}`;
  test.each([
    ["keys.env", "keys: { env: '${SECRET}' }"],
    ["a hash", token("sha256: '${SECRET}'")],
    ["a tenant", "stdio: { principal: a, tenant: '${SECRET}' }"],
    ["a port", "server: { port: '${SECRET}' }"],
    ["a host", "server: { allowedHosts: ['${SECRET}/'] }"],
    ["an origin", "server: { allowedOrigins: ['${SECRET}'] }"],
    ["an issuer", jwt("issuer: '${SECRET}', jwks: https://a.example/jwks")],
    ["a duration", "policy: { window: '${SECRET}' }"],
  ])("%s", (_what, source) => {
    const { message, stack } = refusalOf(() => settingsOf(source, { SECRET: secret }));
    expect(`${message}\n${stack}`).not.toContain(secret);
  });

  test("keys.env takes a bare name, so that the keys themselves are not put in its place", () => {
    const keys = { KEYS: "LOOKS_LIKE_A_NAME" };
    const refusal = refusalOf(() => settingsOf("keys: { env: '${KEYS}' }", keys));
    expect(refusal.remedy).toContain("bare name");
    expect(refusal.message).not.toContain(keys.KEYS);
  });
});

describe("what the consumer says of the policy when it knows the broker", () => {
  const source = marked(withSettings("policy: { window: 2h, remember: ▶1m }"));
  const said = new SallyportError("ERR_CONFIG_RETENTION_SHORT", "too short", {
    place: "policy.rememberMs",
    remedy: "Raise rememberMs, or shorten windowMs.",
  });

  test("[REP-08] comes out with line and column, and in the words of the file", () => {
    expect(parse(source.text).placed(said)).toMatchObject({
      code: "ERR_CONFIG_RETENTION_SHORT",
      place: source.place,
      remedy: "Raise remember, or shorten window.",
    });
  });

  test("about an option that the file leaves out points at policy, or at the file", () => {
    const lease = new SallyportError("ERR_CONFIG_INVALID", "too long", { place: "policy.leaseMs" });
    const short = marked(withSettings("policy: ▶{ remember: 1s }"));
    expect(parse(short.text).placed(lease)).toMatchObject({ place: short.place });
    expect(parse(withSettings("")).placed(lease)).toMatchObject({ place: "notes.yaml:1:1" });
  });

  test("any other error stays as it is", () => {
    const other = new SallyportError("ERR_CONFIG_INVALID", "no such event", { place: 'handlers["a"]' });
    const { placed } = parse(source.text);
    expect([placed(other), placed("thrown")]).toEqual([other, "thrown"]);
  });
});
