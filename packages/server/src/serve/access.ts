// Who may call over HTTP: bearer tokens, of which only hashes are configured, and JWTs against their issuer's keys.
// The principal, tenant and scopes of a call come from here and from nowhere else (DST-08). A server that others can
// reach is refused without (OPS-04).
import { createHash } from "node:crypto";
import { type AuthInfo, OAuthError, OAuthErrorCode, requireBearerAuth } from "@modelcontextprotocol/server";
import { type Principal, SallyportError } from "@sallyport/guard";
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { isPrincipalName } from "../principal-name.ts";

export interface TokenAccess {
  readonly principal: Principal;
  /** Lower-case hexadecimal SHA-256 of the token. */
  readonly sha256: string;
}

export interface JwtAccess {
  readonly issuer: string;
  /** This server's own name in tokens; those meant for others are refused. */
  readonly audience: string;
  /** URL of the issuer's keys. */
  readonly jwks: string;
  /** Default `sub`. */
  readonly principalClaim?: string;
  readonly tenantClaim?: string;
}

export interface AccessOptions {
  readonly tokens?: readonly TokenAccess[];
  readonly jwt?: JwtAccess;
}

/** The verified caller, or the answer that refuses it. */
export type Authenticate = (request: Request) => Promise<AuthInfo | Response>;

// Asymmetric only: a public key must never be usable as a shared secret.
const ALGORITHMS = ["ES256", "ES384", "ES512", "EdDSA", "Ed25519", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"];
const SKEW_SECONDS = 30;
const STATIC_TOKEN_SECONDS = 3600;

export interface AuthenticatorOptions {
  /** Default: fetched from the issuer's `jwks`. */
  readonly keysOfIssuer?: JWTVerifyGetKey;
  /** Told when a token could not be judged. The caller is told nothing of it. */
  readonly onFault?: (error: unknown) => void;
}

export function authenticator(access: AccessOptions, { keysOfIssuer, onFault }: AuthenticatorOptions = {}): Authenticate {
  const tokens = new Map((access.tokens ?? []).map((token) => [token.sha256, token]));
  const verifyJwt = access.jwt && jwtVerifier(access.jwt, keysOfIssuer ?? createRemoteJWKSet(new URL(access.jwt.jwks)), onFault);
  const verifyAccessToken = async (token: string): Promise<AuthInfo> => {
    // Found by hash: how long that takes says nothing about the token.
    const known = tokens.get(createHash("sha256").update(token).digest("hex"));
    if (known !== undefined) return authInfo(token, known.principal, Math.floor(Date.now() / 1000) + STATIC_TOKEN_SECONDS);
    if (verifyJwt !== undefined) return verifyJwt(token);
    throw new OAuthError(OAuthErrorCode.InvalidToken, "The token is not known here.");
  };
  return requireBearerAuth({ verifier: { verifyAccessToken } });
}

/** What the authenticator said about a call. */
export function principalOf(auth: { readonly extra?: Readonly<Record<string, unknown>> } | undefined): Principal | undefined {
  return auth?.extra?.["principal"] as Principal | undefined;
}

function jwtVerifier(
  jwt: JwtAccess,
  keys: JWTVerifyGetKey,
  onFault: AuthenticatorOptions["onFault"],
): (token: string) => Promise<AuthInfo> {
  const { issuer, audience } = jwt;
  const principalClaim = jwt.principalClaim ?? "sub";
  return async (token) => {
    try {
      const requiredClaims = ["exp", principalClaim];
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims,
        clockTolerance: SKEW_SECONDS,
      });
      return authInfo(token, principalOfClaims(payload, principalClaim, jwt.tenantClaim), payload.exp as number);
    } catch (error) {
      if (error instanceof OAuthError) throw error;
      if (isRefusal(error)) throw new OAuthError(OAuthErrorCode.InvalidToken, "The token is not valid here.");
      onFault?.(new Error("the issuer's keys cannot be had", { cause: error }));
      throw new OAuthError(OAuthErrorCode.ServerError, "Tokens cannot be checked now.");
    }
  };
}

/** What jose says of the issuer's key server; `ERR_JOSE_GENERIC` is an answer of it that is not 200 or not JSON. */
const FAULTS_OF_ISSUER: ReadonlySet<string> = new Set([errors.JWKSTimeout.code, errors.JWKSInvalid.code, errors.JOSEError.code]);

/** A fault of the token, as against one of the issuer's key server. */
const isRefusal = (error: unknown): boolean => error instanceof errors.JOSEError && !FAULTS_OF_ISSUER.has(error.code);

function principalOfClaims(claims: JWTPayload, principalClaim: string, tenantClaim: string | undefined): Principal {
  const id = claims[principalClaim];
  const tenant = tenantClaim === undefined ? undefined : claims[tenantClaim];
  if (!isPrincipalName(id) || (tenant !== undefined && typeof tenant !== "string"))
    throw new OAuthError(OAuthErrorCode.InvalidToken, "The token names no principal that can be used here.");
  return { id, ...(tenant !== undefined && { tenant }), scopes: scopesOf(claims) };
}

/** RFC 8693 `scope`, or `scp` as some issuers write it. */
function scopesOf(claims: JWTPayload): readonly string[] {
  const claimed = claims["scope"] ?? claims["scp"];
  const list: readonly unknown[] = typeof claimed === "string" ? claimed.split(" ") : Array.isArray(claimed) ? claimed : [];
  return list.filter((scope): scope is string => typeof scope === "string" && scope !== "");
}

function authInfo(token: string, principal: Principal, expiresAt: number): AuthInfo {
  return { token, clientId: principal.id, scopes: [...(principal.scopes ?? [])], expiresAt, extra: { principal } };
}

/** Whether anyone must prove who they are. */
export const asksForTokens = (auth: AccessOptions | undefined): auth is AccessOptions =>
  auth !== undefined && ((auth.tokens?.length ?? 0) > 0 || auth.jwt !== undefined);

export interface Exposure {
  readonly host: string;
  readonly auth?: AccessOptions | undefined;
  /** Said aloud: something in front of this server speaks TLS. */
  readonly behindTlsProxy?: boolean | undefined;
}

/** @throws {SallyportError} `ERR_CONFIG_INSECURE` for a server that others can reach without a token or in plain text (OPS-04). */
export function refuseExposure({ host, auth, behindTlsProxy }: Exposure): void {
  if (isLoopback(host)) return;
  if (!asksForTokens(auth)) {
    throw new SallyportError("ERR_CONFIG_INSECURE", `the server would listen on ${host} and let anyone in`, {
      place: "server.auth",
      remedy: "Configure tokens or a JWT issuer, or listen on 127.0.0.1.",
    });
  }
  if (behindTlsProxy !== true) {
    throw new SallyportError("ERR_CONFIG_INSECURE", `tokens would travel to ${host} in plain text`, {
      place: "server.behindTlsProxy",
      remedy: "Put a TLS proxy in front and say so with behindTlsProxy: true, or listen on 127.0.0.1.",
    });
  }
}

export const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
