// Who may call over HTTP: tokens by their hash, or an issuer of JWTs. A token itself never stands in the file.
import type { Principal } from "@sallyport/guard";
import { fault, type Node } from "./document.ts";
import { list, members, optional, required, text } from "./fields.ts";
import { principalFrom, PRINCIPAL_KEYS } from "./principal.ts";

export interface AuthSettings {
  readonly tokens: readonly TokenSettings[];
  readonly jwt?: JwtSettings;
}

export interface TokenSettings {
  readonly principal: Principal;
  /** Lower-case hexadecimal SHA-256 of the token. */
  readonly sha256: string;
}

export interface JwtSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks: string;
  /** Default `sub`. */
  readonly principalClaim: string;
  readonly tenantClaim?: string;
}

export function readAuth(node: Node | undefined): AuthSettings {
  if (node === undefined) return { tokens: [] };
  const member = members(node, ["tokens", "jwt"], "server.auth");
  const [tokens, jwt] = [member("tokens"), member("jwt")];
  const read = { tokens: tokens === undefined ? [] : readTokens(tokens), ...optional("jwt", jwt, readJwt) };
  if (read.tokens.length > 0 || jwt !== undefined) return read;
  // Whoever took the last token away wants nobody in, and not everybody.
  throw fault((tokens ?? node).at, "server.auth lets nobody in", "Give a token or an issuer; without server.auth no token is asked for.");
}

function readTokens(node: Node): readonly TokenSettings[] {
  const seen = new Set<string>();
  return list(node, "server.auth.tokens").map((item) => {
    const member = members(item, [...PRINCIPAL_KEYS, "sha256"], "a token");
    const hash = required(member("sha256"), "sha256", item);
    const sha256 = hashOf(hash);
    if (seen.has(sha256)) throw fault(hash.at, "two tokens with one hash", "Give every principal a token of its own.");
    seen.add(sha256);
    return { principal: principalFrom(member, item), sha256 };
  });
}

function hashOf(node: Node): string {
  const hash = node.kind === "scalar" && typeof node.value === "string" ? node.value.toLowerCase() : "";
  if (/^[0-9a-f]{64}$/.test(hash)) return hash;
  throw fault(
    node.at,
    "sha256 is not 64 hexadecimal digits in quotes",
    'Make it with: printf %s "$TOKEN" | sha256sum. The token itself does not belong in this file.',
  );
}

function readJwt(node: Node): JwtSettings {
  const member = members(node, ["issuer", "audience", "jwks", "principalClaim", "tenantClaim"], "server.auth.jwt");
  const given = (name: string): Node => required(member(name), name, node);
  return {
    issuer: secureUrl(given("issuer"), "issuer"),
    audience: text(given("audience"), "audience"),
    jwks: secureUrl(given("jwks"), "jwks"),
    principalClaim: claim(member("principalClaim"), "principalClaim") ?? "sub",
    ...optional("tenantClaim", member("tenantClaim"), (name) => text(name, "tenantClaim")),
  };
}

const claim = (node: Node | undefined, what: string): string | undefined => (node === undefined ? undefined : text(node, what));

/** Keys fetched over plain HTTP are whoever's who sits in between (OPS-04). Returned as written: an issuer is compared exactly. */
function secureUrl(node: Node, what: string): string {
  const written = text(node, what);
  const url = URL.canParse(written) ? new URL(written) : undefined;
  const secure = url?.protocol === "https:" || (url?.protocol === "http:" && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname));
  if (secure && url?.username === "" && url.password === "") return written;
  throw fault(node.at, `${what} is not an https URL`, "Give one, without user and password; http is taken on loopback alone.");
}
