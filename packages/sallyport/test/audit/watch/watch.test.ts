// No project can hang an audit, or take all memory: what it did not survive is left out and named.
import { join } from "node:path";
import { expect, test } from "vitest";
import { WATCH, watchedAudit, type WatchOptions } from "../../../src/audit/watch/watch.ts";
import { temporaryFolder } from "../../command.ts";
import { audited, OPEN_SERVER, written } from "../written.ts";

const entry = new URL("processes/moody.ts", import.meta.url);
const moody = (paths: readonly string[], options: Partial<WatchOptions> = {}) =>
  watchedAudit({ paths, target: "x", today: "2026-11-24" }, { ...WATCH, entry, memoryMb: 64, ...options });

test("an audit in a process of its own answers as one without", async () => {
  const folder = written({ "server.ts": OPEN_SERVER, "broken.py": "def (" });
  const request = { paths: [folder], target: "made-up", today: "2026-11-24" };
  expect(await watchedAudit(request)).toEqual(JSON.parse(JSON.stringify(await audited(folder))));
});

test.each([
  ["hangs", "hangs.ts", { fileTimeoutMs: 2000 }, /longer than 2 s/],
  ["waits for ever", "waits.ts", { fileTimeoutMs: 2000 }, /longer than 2 s/],
  ["takes all memory", "eats.ts", {}, /more than 64 MiB/],
  ["ends its process", "falls.ts", {}, /ended with 3/],
])("a file that %s is left out and named, and the rest is read", async (_name, file, options, why) => {
  const { notRead } = await moody(["a.ts", file, "b.ts"], options);
  expect(notRead).toEqual([{ file, why: expect.stringMatching(why) as string }]);
});

test.runIf(process.platform === "linux")("a file is not left out because the machine has no time for it", async () => {
  expect((await moody(["a.ts", "starves.ts"], { fileTimeoutMs: 2500 })).notRead).toEqual([]);
});

test("several such files are left out, one after another", async () => {
  expect((await moody(["eats.ts", "a.ts", "falls.ts"])).notRead.map(({ file }) => file)).toEqual(["eats.ts", "falls.ts"]);
});

test("a project of nothing but such files is given up", async () => {
  const files = Array.from({ length: 12 }, (_, index) => `${index}-falls.ts`);
  await expect(moody(files)).rejects.toMatchObject({ code: "ERR_AUDIT_INTERNAL" });
});

test.each([
  ["time", "follow-hangs.ts", { timeoutMs: 1500 }, "ERR_AUDIT_TIME"],
  ["memory", "follow-eats.ts", {}, "ERR_AUDIT_MEMORY"],
])("where no file is to blame, it is an error of %s", async (_name, file, options, code) => {
  await expect(moody([file], options)).rejects.toMatchObject({ code });
});

test("the whole has a limit too, whatever each file takes", async () => {
  await expect(moody(["hangs.ts"], { timeoutMs: 4000 })).rejects.toMatchObject({ code: "ERR_AUDIT_TIME", place: "hangs.ts" });
});

test("an error in the process keeps its code, place and remedy", async () => {
  const missing = join(temporaryFolder(), "nothing");
  const request = { paths: [missing], target: "x", today: "2026-11-24" };
  await expect(watchedAudit(request)).rejects.toMatchObject({ name: "AuditError", code: "ERR_AUDIT_PATH", place: missing });
  const folder = written({ "sallyport.audit.yaml": "accept: 1\n" });
  const wrong = watchedAudit({ paths: [folder], target: "x", today: "2026-11-24" });
  await expect(wrong).rejects.toMatchObject({ name: "SallyportError", code: "ERR_CONFIG_INVALID", place: "sallyport.audit.yaml:1:1" });
});

test("what is being done is told, file by file", async () => {
  const told: string[] = [];
  const folder = written({ "a.ts": "", "b.py": "" });
  await watchedAudit(
    { paths: [folder], target: "x", today: "2026-11-24" },
    { ...WATCH, onProgress: ({ phase, file }) => void told.push(`${phase} ${file ?? ""}`.trim()) },
  );
  expect(told).toEqual(["read", "lower a.ts", "lower b.py", "follow", "follow", "judge"]);
});
