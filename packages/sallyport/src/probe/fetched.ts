// Programs that fetch what they run, as npx and uvx do. In a home of its own each copy of the target would fetch it again:
// all copies of one probe share a cache, which is empty when the probe begins, and gone when it ends.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Profile } from "./profile.ts";

const FETCHERS = new Set(["npx", "npm", "pnpm", "pnpx", "yarn", "bunx", "bun", "deno", "uvx", "uv", "pipx", "go"]);
/** The first time, the network is waited for too. */
const STARTS_WITHIN_MS = 60_000;

const fetches = (command: readonly string[] | undefined): boolean =>
  command !== undefined && FETCHERS.has(basename(command[0] ?? "").replace(/\.(?:cmd|exe)$/, ""));

export interface Cached {
  readonly profile: Profile;
  /** What to think of when it cannot be run. */
  readonly remedy: string;
  readonly end: () => void;
}

/** The profile to run; as it was given when nothing of it is fetched. */
export function withCache(profile: Profile): Cached {
  const { server, worker, bounds } = profile;
  const fetcher = [server.command, worker?.command].find(fetches)?.[0];
  if (fetcher === undefined) return { profile, remedy: "", end: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), "sallyport-probe-cache-"));
  const env = { ...cachesIn(folder), ...certificates(), ...server.env };
  const startsWithinMs = Math.max(bounds.startsWithinMs, STARTS_WITHIN_MS);
  return {
    profile: { ...profile, server: { ...server, env }, bounds: { ...bounds, startsWithinMs } },
    remedy: `. ${fetcher} fetches what it runs, without your registry, proxy and login: give it those with --env, or install the server first and name its own program`,
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Where certificates are is no secret, and behind a proxy that has one of its own nothing can be fetched without. */
const CERTIFICATES = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"];
const certificates = (): Record<string, string> =>
  Object.fromEntries(
    CERTIFICATES.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

const cachesIn = (folder: string): Record<string, string> => ({
  // uv, pip, pnpm, yarn, deno and Go's compiler keep theirs here.
  XDG_CACHE_HOME: folder,
  npm_config_cache: join(folder, "npm"),
  // What was fetched a moment ago is not asked for again.
  npm_config_prefer_offline: "true",
  BUN_INSTALL_CACHE_DIR: join(folder, "bun"),
  GOMODCACHE: join(folder, "go"),
  GOFLAGS: "-modcacherw",
});
