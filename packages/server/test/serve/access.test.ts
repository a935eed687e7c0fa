// Bearer tokens: what is accepted, what is refused, and what a server may be exposed to.
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createLocalJWKSet, exportJWK, errors, type JWTVerifyGetKey, SignJWT } from "jose";
import { describe, expect, onTestFinished, test } from "vitest";
import { authenticator, type AccessOptions, type Exposure, principalOf, refuseExposure } from "../../src/serve/access.ts";

const jwt = {
  issuer: "https://issuer.example",
  audience: "https://shop.example/mcp",
  jwks: "https://issuer.example/jwks.json",
  tenantClaim: "org",
};
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
const keys: JWTVerifyGetKey = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), alg: "ES256", kid: "1" }] });

const token = (claims: Record<string, unknown> = {}, key = privateKey): Promise<string> =>
  new SignJWT({
    iss: jwt.issuer,
    aud: jwt.audience,
    sub: "alice",
    org: "acme",
    scope: "a b",
    exp: Math.floor(Date.now() / 1000) + 600,
    ...claims,
  })
    .setProtectedHeader({ alg: "ES256", kid: "1" })
    .sign(key);
const ask = (bearer: string, access: AccessOptions = { jwt }, ring: JWTVerifyGetKey = keys) =>
  authenticator(access, { keysOfIssuer: ring })(new Request("http://localhost/mcp", { headers: { authorization: `Bearer ${bearer}` } }));
const statusOf = (answer: unknown): number => (answer instanceof Response ? answer.status : 200);

test("a token of the issuer, for this server, gives principal, tenant and scopes", async () => {
  const answer = await ask(await token());
  expect(answer).not.toBeInstanceOf(Response);
  expect(principalOf(answer as never)).toEqual({ id: "alice", tenant: "acme", scopes: ["a", "b"] });
});

test.each([
  ["of another issuer", { iss: "https://evil.example" }],
  ["for another server", { aud: "https://other.example" }],
  ["that has run out", { exp: Math.floor(Date.now() / 1000) - 3600 }],
  ["that is not valid yet", { nbf: Math.floor(Date.now() / 1000) + 3600 }],
  ["that never runs out", { exp: undefined }],
  ["of nobody", { sub: undefined }],
  ["of a principal that is no text", { sub: 7 }],
  ["of a principal with control characters", { sub: "a\nb" }],
  ["of an endless principal", { sub: "a".repeat(257) }],
  ["of a principal that no envelope carries", { sub: "a\uffff" }],
  ["of a tenant that is no text", { org: ["acme"] }],
])("a token %s is refused", async (_what, claims) => {
  expect(statusOf(await ask(await token(claims)))).toBe(401);
});

test("a token signed with another key is refused", async () => {
  expect(statusOf(await ask(await token({}, other.privateKey)))).toBe(401);
});

test.each(["none", "HS256"])("a token of the algorithm %s is refused", async (alg) => {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iss: jwt.issuer, aud: jwt.audience, sub: "alice", exp: Math.floor(Date.now() / 1000) + 600 };
  expect(statusOf(await ask(`${encode({ alg, kid: "1" })}.${encode(claims)}.${alg === "none" ? "" : "c2ln"}`))).toBe(401);
});

test("when the issuer's keys cannot be had, nobody is let in and nobody is told to get another token", async () => {
  const unreachable: JWTVerifyGetKey = () => Promise.reject(new errors.JWKSTimeout());
  expect(statusOf(await ask(await token(), { jwt }, unreachable))).toBe(500);
  const broken: JWTVerifyGetKey = () => Promise.reject(new TypeError("fetch failed"));
  expect(statusOf(await ask(await token(), { jwt }, broken))).toBe(500);
});

test.each([
  ["with an error", 500, "boom"],
  ["with something that is no JSON", 200, "<html>"],
  ["with something that is no keys", 200, "{}"],
])("an issuer that answers %s is not the token's fault, and the operator is told", async (_what, status, body) => {
  const issuer = createServer((_request, response) => void response.writeHead(status).end(body));
  await once(issuer.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void issuer.close());
  const jwks = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  const faults: unknown[] = [];
  const authenticate = authenticator({ jwt: { ...jwt, jwks } }, { onFault: (error) => void faults.push(error) });
  const answer = await authenticate(new Request("http://localhost/mcp", { headers: { authorization: `Bearer ${await token()}` } }));
  expect([statusOf(answer), faults]).toEqual([500, [expect.objectContaining({ message: "the issuer's keys cannot be had" })]]);
});

test("without a token, with another scheme, and with an empty one nobody is let in", async () => {
  for (const authorization of ["", "Basic YTpi", "Bearer", "Bearer "]) {
    const answer = await authenticator(
      { jwt },
      { keysOfIssuer: keys },
    )(new Request("http://localhost/mcp", { headers: { authorization } }));
    expect(statusOf(answer), authorization).toBeGreaterThanOrEqual(400);
  }
});

describe("[OPS-04] a server that others could reach", () => {
  const tokens = [{ principal: { id: "a" }, sha256: "0".repeat(64) }];

  test.each<[string, Exposure]>([
    ["without tokens", { host: "0.0.0.0", behindTlsProxy: true }],
    ["with an empty list of tokens", { host: "0.0.0.0", behindTlsProxy: true, auth: { tokens: [] } }],
    ["with tokens in plain text", { host: "0.0.0.0", auth: { tokens } }],
    ["at an address of this machine", { host: "192.168.1.4", auth: { tokens } }],
    ["at every IPv6 address", { host: "::", auth: { tokens } }],
    ["at a name that looks local", { host: "localhost.evil.example", auth: { tokens } }],
    ["at an address that looks local", { host: "1270.0.0.1", auth: { tokens } }],
  ])("is refused %s", (_what, exposure) => {
    expect(() => refuseExposure(exposure)).toThrow(expect.objectContaining({ code: "ERR_CONFIG_INSECURE" }));
  });

  test.each<[string, Exposure]>([
    ["on the loopback interface without tokens", { host: "127.0.0.1" }],
    ["on ::1", { host: "::1" }],
    ["on localhost", { host: "localhost" }],
    ["with tokens, behind a TLS proxy, said aloud", { host: "0.0.0.0", behindTlsProxy: true, auth: { tokens } }],
    ["with an issuer, behind a TLS proxy, said aloud", { host: "::", behindTlsProxy: true, auth: { jwt } }],
  ])("is allowed %s", (_what, exposure) => {
    expect(() => refuseExposure(exposure)).not.toThrow();
  });
});
