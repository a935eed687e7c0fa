// The same from JavaScript, as published: compiled into a folder of its own and run by a plain Node process.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..", "..", "..");
const folder = mkdtempSync(join(tmpdir(), "sallyport-built-"));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const project = join(ROOT, "packages", "guard", "tsconfig.build.json");
  const places = ["--outDir", folder, "--tsBuildInfoFile", join(folder, ".tsbuildinfo")];
  execFileSync(process.execPath, [compiler, "-p", project, ...places], { cwd: ROOT, stdio: "inherit" });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
});

const HANDLERS = `
  import { unavailable } from "./index.js";
  import { currentCause } from "./envelope/causation.js";
  export const handlers = {
    fine: () => unavailable(currentCause().hop),
    hoard: () => { const hoard = []; for (;;) hoard.push(Array.from({ length: 10000 }, (_, index) => index)); },
    spin: () => { for (;;); },
  };`;
const PROGRAM = `
  import { isolate } from "./isolation/isolate.js";
  const { handlers, close } = await isolate(new URL("./handlers.js", import.meta.url), { terminateAfterMs: 0, onFault: ({ code }) => console.log(code) });
  const run = (type, signal) => handlers[type]({ type, id: "e", rootId: "e", hop: 3 }, { signal, attempt: 1, fencingToken: "t" });
  console.log(JSON.stringify(await run("fine", new AbortController().signal)));
  await run("spin", AbortSignal.timeout(100)).catch(({ code }) => console.log("failed:", code));
  console.log(JSON.stringify(await run("fine", new AbortController().signal)));
  if (process.argv[2] === "close") await close();`;

test.each([["close"], ["leave"]])("[PSN-06] compiled, threads run, are ended and leave the process free to end (%s)", (how) => {
  writeFileSync(join(folder, "handlers.js"), HANDLERS);
  writeFileSync(join(folder, "program.js"), PROGRAM);
  const said = execFileSync(process.execPath, [join(folder, "program.js"), how], { encoding: "utf8", timeout: 20_000 });
  const answer = '{"kind":"unavailable","afterMs":3}';
  expect(said.trim().split("\n")).toEqual([answer, "ERR_HANDLER_DEADLINE", "failed: ERR_HANDLER_DEADLINE", answer]);
});

const HOARDING = `
  import { isolate } from "./isolation/isolate.js";
  const { handlers } = await isolate(new URL("./handlers.js", import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 24 }, onFault: ({ cause }) => console.log(cause.code) });
  const event = { type: "hoard", id: "e", rootId: "e", hop: 0 };
  const context = { signal: new AbortController().signal, attempt: 1, fencingToken: "t" };
  await handlers.hoard(event, context).then(() => console.log("done"), ({ code }) => console.log("failed:", code));`;

// In a process of its own: Node ends the thread where it can, and sometimes the process (nodejs/node#47224).
test("[PSN-07] a handler that exceeds its thread's memory never ends as done: its attempt has failed, or the process has ended", () => {
  writeFileSync(join(folder, "handlers.js"), HANDLERS);
  writeFileSync(join(folder, "hoarding.js"), HOARDING);
  const { status, stdout } = spawnSync(process.execPath, [join(folder, "hoarding.js")], { encoding: "utf8", timeout: 20_000 });
  expect(stdout).not.toContain("done");
  if (status === 0) expect(stdout.trim().split("\n")).toEqual(["ERR_WORKER_OUT_OF_MEMORY", "failed: ERR_HANDLER_FAILED"]);
});
