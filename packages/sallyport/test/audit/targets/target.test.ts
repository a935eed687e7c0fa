// Packages and repositories from elsewhere, from a registry and a git server of the test's own.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { cloneRepository, type Sizes } from "../../../src/audit/targets/repository.ts";
import { openTarget } from "../../../src/audit/targets/target.ts";
import { temporaryFolder } from "../../command.ts";
import { audited, OPEN_SERVER, written } from "../written.ts";
import { packed } from "./archives.ts";

async function served(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A registry with one package, whose scripts would leave a mark. */
async function registry(mark: string): Promise<string> {
  const scripts = Object.fromEntries(["preinstall", "install", "postinstall", "prepare", "prepack"].map((name) => [name, `touch ${mark}`]));
  const manifest = { name: "open-server", version: "1.2.3", scripts };
  const tarball = packed([
    { name: "package/package.json", content: JSON.stringify(manifest) },
    { name: "package/dist/index.js", content: OPEN_SERVER },
    { name: "package/../../escaped.js", content: "x" },
  ]);
  const base = await served((request, response) => {
    if (request.url?.endsWith(".tgz") === true) return void response.end(tarball);
    const dist = { tarball: `http://${request.headers.host}/open-server-1.2.3.tgz` };
    const document = { name: "open-server", "dist-tags": { latest: "1.2.3" }, versions: { "1.2.3": { ...manifest, dist } } };
    response.statusCode = request.url === "/open-server" ? 200 : 404;
    response.setHeader("content-type", "application/json").end(JSON.stringify(document));
  });
  vi.stubEnv("npm_config_registry", base);
  vi.stubEnv("npm_config_cache", temporaryFolder());
  onTestFinished(() => void vi.unstubAllEnvs());
  return base;
}

test("a package is packed and read; nothing of it is installed or run, and what it may not lay out is named", async () => {
  const mark = join(temporaryFolder(), "ran");
  await registry(mark);
  const target = await openTarget(["npm:open-server@1.2.3"]);
  const [path = ""] = target.paths;
  const { findings, notes } = await audited(path, { foreign: target.foreign });
  expect(findings.map(({ rule }) => rule)).toContain("client-chosen-destination");
  expect(notes?.[0]?.what).toMatch(/somebody else's/);
  expect(target.notRead.map(({ file }) => file)).toEqual(["../../escaped.js"]);
  expect(existsSync(mark)).toBe(false);
  target.dispose();
  expect(existsSync(dirname(path))).toBe(false);
});

test("what cannot be packed is an error, and leaves nothing behind", async () => {
  await registry("/dev/null");
  const before = leftovers();
  await expect(openTarget(["npm:not-there"])).rejects.toMatchObject({ code: "ERR_AUDIT_PACKAGE" });
  expect(leftovers()).toEqual(before);
});

const leftovers = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("sallyport-audit-"));

test.each([
  "npm:",
  "npm:../x",
  "npm:a b",
  "npm:x@git+https://example.org/x",
  "npm:file:x",
  "npm:-x@1",
  "npm:x@npm:y",
  "npm:--help",
  "npm:x@1;id",
  "npm:github:a/b",
])("%s is no package of a registry", async (given) => {
  await expect(openTarget([given])).rejects.toMatchObject({ code: "ERR_AUDIT_PACKAGE" });
});

const git = (folder: string, ...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always", "-C", folder, ...args], {
    encoding: "utf8",
    stdio: "pipe",
  });

/** The repository below a folder, by git's own server program; `send` is how it answers. */
async function gitServer(
  root: string,
  send: (response: ServerResponse, body: Buffer) => void = (response, body) => response.end(body),
): Promise<string> {
  const backend = join(execFileSync("git", ["--exec-path"], { encoding: "utf8" }).trim(), "git-http-backend");
  return served((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const env = {
      ...process.env,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"],
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"],
      GIT_PROTOCOL: request.headers["git-protocol"] as string | undefined,
    };
    const child = spawn(backend, { env });
    request.pipe(child.stdin);
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("close", () => {
      const all = Buffer.concat(chunks);
      const end = all.indexOf("\r\n\r\n");
      for (const line of all.toString("latin1", 0, end).split("\r\n")) {
        const [name = "", value = ""] = line.split(": ");
        if (name === "Status") response.statusCode = Number.parseInt(value, 10);
        else response.setHeader(name, value);
      }
      send(response, all.subarray(end + 4));
    });
  });
}

test("a repository is fetched at its newest commit or the one that is named, without submodules", async () => {
  const root = temporaryFolder();
  const other = written({ "secret.ts": "1" });
  git(other, "init", "-q");
  git(other, "add", "-A");
  git(other, "commit", "-qm", "one");
  const folder = written({ "server.ts": OPEN_SERVER }, join(root, "shop"));
  git(folder, "init", "-q", "-b", "main");
  git(folder, "config", "uploadpack.allowAnySHA1InWant", "true");
  git(folder, "submodule", "--quiet", "add", other, "sub");
  git(folder, "add", "-A");
  git(folder, "commit", "-qm", "one");
  const first = git(folder, "rev-parse", "HEAD").trim();
  written({ "server.ts": "export {};\n" }, folder);
  git(folder, "commit", "-qam", "two");
  const url = `${await gitServer(root)}/shop/.git`;

  const newest = await openTarget([url]);
  onTestFinished(() => newest.dispose());
  expect((await audited(newest.paths)).findings).toEqual([]);
  expect(existsSync(join(newest.paths[0] ?? "", "sub/secret.ts"))).toBe(false);

  const named = await openTarget([`${url}#${first}`]);
  onTestFinished(() => named.dispose());
  expect((await audited(named.paths)).findings.length).toBeGreaterThan(0);
  await expect(openTarget([`${url}#nothing`])).rejects.toMatchObject({ code: "ERR_AUDIT_GIT" });
});

/** Noise, which no pack makes smaller. */
function largeRepository(bytes: number): string {
  const root = temporaryFolder();
  const folder = written({ "noise.bin": randomBytes(bytes), "zeros.txt": "0".repeat(bytes) }, join(root, "large"));
  git(folder, "init", "-q");
  git(folder, "add", "-A");
  git(folder, "commit", "-qm", "one");
  return root;
}

const SIZES: Sizes = { fetchedBytes: 10_000_000, files: 10, unpackedBytes: 10_000_000 };

test.each<[string, Partial<Sizes>, RegExp]>([
  ["to fetch", { fetchedBytes: 100_000 }, /more than 0\.1 MiB to fetch/],
  ["in number of files", { files: 1 }, /more than 1 files/],
  ["unpacked", { unpackedBytes: 1_500_000 }, /more than 1\.4 MiB unpacked/],
])("a repository that is too large %s is an error that names it, and what to do", async (_what, sizes, message) => {
  const url = `${await gitServer(largeRepository(1_000_000))}/large/.git`;
  const refused = cloneRepository(url, temporaryFolder(), { ...SIZES, ...sizes });
  await expect(refused).rejects.toMatchObject({ code: "ERR_AUDIT_GIT", place: url, remedy: expect.stringMatching(/^Clone it yourself/) });
  await expect(refused).rejects.toThrow(message);
});

test("a repository within the sizes is laid out", async () => {
  const url = `${await gitServer(largeRepository(1_000_000))}/large/.git`;
  const { path } = await cloneRepository(url, temporaryFolder(), SIZES);
  expect(readdirSync(path).toSorted()).toEqual([".git", "noise.bin", "zeros.txt"]);
});

test("what never ends is not fetched to its end", async () => {
  let cut: boolean | undefined;
  const url = await gitServer(largeRepository(2_000_000), (response, body) => {
    if (body.length < 100_000) return void response.end(body);
    let sent = 0;
    const timer = setInterval(() => response.write(body.subarray(sent, (sent += 20_000))), 10);
    // The end is never sent.
    response.once("close", () => {
      clearInterval(timer);
      cut = true;
    });
  });
  await expect(cloneRepository(`${url}/large/.git`, temporaryFolder(), { ...SIZES, fetchedBytes: 300_000 })).rejects.toThrow(/to fetch/);
  await vi.waitFor(() => expect(cut).toBe(true));
});

test.each([
  "file:///etc",
  "http://example.org/x",
  "git://example.org/x",
  "git+file:///etc",
  "https://example.org/x#--upload-pack=id",
  "https://example.org/x#",
])("%s is not fetched", async (given) => {
  await expect(openTarget([given])).rejects.toMatchObject({ code: "ERR_AUDIT_GIT" });
});

test("a package or repository is audited alone", async () => {
  await expect(openTarget([".", "npm:x"])).rejects.toMatchObject({ code: "ERR_AUDIT_OPTION" });
});

test("paths are the target as they are given", async () => {
  expect(await openTarget([])).toMatchObject({ paths: ["."], name: ".", foreign: false });
  expect(await openTarget(["a", "b"])).toMatchObject({ paths: ["a", "b"], name: "a b" });
});
