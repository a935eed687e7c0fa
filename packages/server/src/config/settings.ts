// What the ready-made server and worker are told beside the contract: keys by reference, the store, how to serve, who
// is who. Whatever is not known is refused. Secrets are named, never held (OPS-05).
import { dirname, resolve } from "node:path";
import type { ConsumePolicy, Principal } from "@sallyport/guard";
import { type AuthSettings, readAuth } from "./auth.ts";
import { fault, type Node } from "./document.ts";
import { durationMs, flag, list, members, optional, required, text, whole } from "./fields.ts";
import { readPrincipal } from "./principal.ts";

export interface Settings {
  readonly keys?: KeyReference;
  /** URL of the broker. Default: it is in the store's SQLite file. */
  readonly broker?: string;
  /** URL of the store, or the absolute path of a SQLite file. */
  readonly store?: string;
  /** Said aloud: broker and store may be plaintext, or open to whoever reaches them, off this machine (OPS-04). */
  readonly insecure?: boolean;
  readonly server: ServerSettings;
  /** Who calls over stdio, where there is one user. */
  readonly stdio?: Principal;
  readonly policy: Partial<ConsumePolicy>;
}

/** Where the keys are: the name of an environment variable, or the absolute path of a file. */
export type KeyReference = { readonly env: string } | { readonly file: string };

export interface ServerSettings {
  readonly host?: string;
  readonly port?: number;
  readonly allowedHosts?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  readonly auth: AuthSettings;
  /** Said aloud: something in front of the server speaks TLS (OPS-04). */
  readonly behindTlsProxy?: boolean;
}

export const SETTINGS_KEYS = ["keys", "broker", "store", "insecure", "server", "stdio", "policy"] as const;

/** `member` gives a top-level member of the file; paths are relative to the file's folder. */
export function readSettings(member: (name: string) => Node | undefined, file: string): Settings {
  const path = (node: Node): string => resolve(dirname(file), text(node, "a path"));
  return {
    ...optional("keys", member("keys"), (node) => readKeys(node, path)),
    ...optional("broker", member("broker"), (node) => address(node, "broker")),
    ...optional("store", member("store"), (node) => (isPath(text(node, "store")) ? path(node) : address(node, "store"))),
    ...optional("insecure", member("insecure"), (node) => flag(node, "insecure")),
    server: readServer(member("server")),
    ...optional("stdio", member("stdio"), readPrincipal),
    policy: readPolicy(member("policy")),
  };
}

/** What is a path on some machine is never taken for one: a scheme has more than one letter. */
export const isUrl = (given: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//.test(given);

/** A kind without a place, or an address with a slash too few, would be a file of that name, which nobody shares (REP-10). */
export const isPath = (given: string): boolean => !isUrl(given) && !/^(?:redis|rediss|postgres|postgresql|sqlite)(?::|$)/i.test(given);

/** A password in the file is a secret in whatever keeps the file (OPS-05). */
function address(node: Node, what: string): string {
  const given = text(node, what);
  if (!isUrl(given)) throw fault(node.at, `${what} is not a URL`, `Write one, such as redis://127.0.0.1 or \${BROKER_URL}.`);
  const [, password = ""] = /^[^:]+:\/\/[^@/]*?:([^@/]*)@/.exec(node.kind === "scalar" ? node.written : "") ?? [];
  if (password === "" || /^\$\{[^}]*\}$/.test(password)) return given;
  throw fault(node.at, `a password in ${what}`, `Write \${NAME} in its place, and set it in the environment (OPS-05).`);
}

function readKeys(node: Node, path: (node: Node) => string): KeyReference {
  if (node.kind !== "map") throw fault(node.at, "keys are given by reference, never in the file", BY_REFERENCE);
  const member = members(node, ["env", "file"], "keys");
  const [env, file] = [member("env"), member("file")];
  if (env !== undefined && file !== undefined) throw fault(file.at, "two places for keys", "Give env or file, not both.");
  if (file !== undefined) return { file: path(file) };
  return { env: environmentName(required(env, "env", node)) };
}

const BY_REFERENCE = "Write { env: NAME } or { file: PATH }.";

/** `${NAME}` here would put the keys themselves where their name belongs. */
function environmentName(node: Node): string {
  const name = text(node, "keys.env");
  if (node.kind === "scalar" && !node.interpolated && /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) return name;
  throw fault(node.at, "keys.env is not the name of an environment variable", "Write the bare name, without ${ and }.");
}

function readServer(node: Node | undefined): ServerSettings {
  if (node === undefined) return { auth: { tokens: [] } };
  const member = members(node, ["host", "port", "allowedHosts", "allowedOrigins", "auth", "behindTlsProxy"], "server");
  return {
    ...optional("host", member("host"), (host) => text(host, "server.host")),
    ...optional("port", member("port"), (port) => whole(port, "server.port", 0, 65_535)),
    ...optional("allowedHosts", member("allowedHosts"), (hosts) => exact(hosts, "server.allowedHosts")),
    ...optional("allowedOrigins", member("allowedOrigins"), origins),
    auth: readAuth(member("auth")),
    ...optional("behindTlsProxy", member("behindTlsProxy"), (behind) => flag(behind, "server.behindTlsProxy")),
  };
}

/** Names as they stand in a Host header; a pattern would be compared as text and never match, or worse. */
function exact(node: Node, what: string): readonly string[] {
  return list(node, what).map((item) => {
    const host = text(item, `an item of ${what}`);
    if (/^[A-Za-z0-9.:[\]-]+$/.test(host) && URL.canParse(`http://${host}`)) return host.toLowerCase();
    throw fault(item.at, "not a host", "Write one as the Host header has it, e.g. mcp.example.com:8321; patterns are not taken.");
  });
}

function origins(node: Node): readonly string[] {
  return list(node, "server.allowedOrigins").map((item) => {
    const origin = text(item, "an item of server.allowedOrigins");
    if (/^https?:\/\/[A-Za-z0-9.:[\]-]+$/.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin) return origin;
    throw fault(item.at, "not an origin", "Write scheme, host and port alone, e.g. https://app.example.com; patterns are not taken.");
  });
}

type Reading = readonly [keyof ConsumePolicy, (node: Node, what: string) => number];
const POLICY: ReadonlyMap<string, Reading> = new Map<string, Reading>([
  ["window", ["windowMs", durationMs]],
  ["skew", ["skewMs", durationMs]],
  ["remember", ["rememberMs", durationMs]],
  ["lease", ["leaseMs", durationMs]],
  ["deadline", ["deadlineMs", durationMs]],
  ["retry", ["retryMs", durationMs]],
  ["maxRetry", ["maxRetryMs", durationMs]],
  ["maxFailures", ["maxFailures", whole]],
  ["maxCrashes", ["maxCrashes", whole]],
  ["concurrency", ["concurrency", whole]],
  ["maxBytes", ["maxBytes", whole]],
  ["maxDepth", ["maxDepth", whole]],
]);

/** Whether the values go together depends on the broker; the consumer says so when it starts. */
function readPolicy(node: Node | undefined): Partial<ConsumePolicy> {
  if (node === undefined) return {};
  const member = members(node, [...POLICY.keys()], "policy");
  const given: Partial<Record<keyof ConsumePolicy, number>> = {};
  for (const [name, [option, read]] of POLICY) {
    const value = member(name);
    if (value !== undefined) given[option] = read(value, `policy.${name}`);
  }
  return given;
}
