// Programs that fetch what they run: once for all copies of the target, and when it fails, with a word about why.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readProfile } from "../../src/probe/profile.ts";
import { withCache } from "../../src/probe/fetched.ts";
import { probed } from "./rulings.ts";
import { wrong } from "./subjects.ts";

const profileOf = (command: readonly string[], env: object = {}, bounds: object = {}) =>
  readProfile(JSON.stringify({ name: "fetched", server: { command, env }, bounds }), "fetched");

/** A program by that name, which says where it was told to keep what it fetches, and runs the rest of its words. */
function fetcher(): { readonly program: string; readonly told: () => readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-npx-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [program, told] = [join(folder, "npx"), join(folder, "told")];
  writeFileSync(program, `#!/bin/sh\necho "$npm_config_cache" >> ${told}\nmkdir -p "$npm_config_cache"\nexec "$@"\n`, { mode: 0o700 });
  return { program, told: () => readFileSync(told, "utf8").trim().split("\n") };
}

test("all copies of one probe share what was fetched, and it goes with the probe", { timeout: 60_000 }, async () => {
  const { program, told } = fetcher();
  const { server, ...rest } = wrong();
  const profile = { ...rest, server: { ...server, command: [program, ...server.command!] } };
  const result = await probed(profile, { only: ["free-payload", "oversized", "same-bytes"] });
  expect(result.failure).toBeUndefined();
  expect(told().length).toBeGreaterThan(1);
  expect(new Set(told()).size).toBe(1);
  expect(existsSync(told()[0]!)).toBe(false);
});

test("what could not be fetched is told with what it lacks here", { timeout: 60_000 }, async () => {
  const { program } = fetcher();
  const { failure, verdicts } = await probed(profileOf([program, "false"]), { only: ["flood"] });
  expect(failure).toMatch(/before it could be talked to.*fetches what it runs, without your registry, proxy and login: .*--env/s);
  expect(verdicts[0]!.said).toBe(failure);
});

test("it is given the network's time, and where certificates are, unless the profile says otherwise", () => {
  process.env["NODE_EXTRA_CA_CERTS"] ??= "/etc/ssl/mine.pem";
  const ca = process.env["NODE_EXTRA_CA_CERTS"];
  const own = withCache(profileOf(["npx", "-y", "server"], { npm_config_cache: "/mine" }));
  onTestFinished(own.end);
  expect(own.profile.bounds.startsWithinMs).toBe(60_000);
  expect(own.profile.server.env).toMatchObject({ npm_config_cache: "/mine", npm_config_prefer_offline: "true", NODE_EXTRA_CA_CERTS: ca });
  const patient = withCache(profileOf(["uvx", "server"], {}, { startsWithinMs: 90_000 }));
  onTestFinished(patient.end);
  expect(patient.profile.bounds.startsWithinMs).toBe(90_000);
  const installed = profileOf(["node", "npx.js"]);
  expect(withCache(installed).profile).toBe(installed);
});
