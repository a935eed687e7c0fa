// What a target starts is its own, also where it leaves its group: found by its mark, weighed with it and ended with it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { MARK, marked, moves } from "../../src/probe/targets/marked.ts";
import { ProcessGroup } from "../../src/probe/targets/process-group.ts";

const within = { timeout: 20_000, interval: 20 };
const run = (script: string): string[] => [process.execPath, "-e", script];
/** Starts another that leaves the group, says its number, and stays. */
const leaves = (script: string): string[] =>
  run(
    `const { pid } = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(script)}], { detached: true, stdio: "ignore" });` +
      "console.error(pid); setInterval(() => undefined, 1000);",
  );
const lives = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const groupOf = (command: readonly string[], mostMegabytes = 1024): ProcessGroup => {
  const { PATH = "" } = process.env;
  const group = new ProcessGroup({ command, env: { PATH }, folder: tmpdir(), mostMegabytes }, "logged");
  onTestFinished(() => group.end(false));
  return group;
};
const saidBy = async (group: ProcessGroup): Promise<number> => {
  await expect.poll(() => group.log, within).toMatch(/^\d+\n/);
  return Number(group.log);
};

test.runIf(process.platform === "linux")(
  "who is started between two looks is found, under its own mark, and goes with its group",
  async () => {
    const before = new Set([...marked().values()].flat());
    const [one, other] = [groupOf(leaves("setInterval(() => undefined, 1000)")), groupOf(run("setInterval(() => undefined, 1000)"))];
    const left = await saidBy(one);
    await expect.poll(() => [...marked().values()].flat().filter((pid) => !before.has(pid)), within).toHaveLength(3);
    const marks = [...marked()].filter(([, pids]) => pids.includes(left));
    expect(marks).toHaveLength(1);
    expect(new Set(marks[0]![1])).toEqual(new Set([left, one.child.pid]));
    await one.end();
    await expect.poll(() => lives(left), within).toBe(false);
    expect(lives(other.child.pid!)).toBe(true);
  },
);

test.runIf(process.platform === "linux")("what has left the group is weighed with it", { timeout: 60_000 }, async () => {
  const group = groupOf(leaves("const kept = Buffer.alloc(3e8, 1); setInterval(() => kept.fill(2), 1000)"), 250);
  const left = await saidBy(group);
  expect((await group.exited).why).toBe("it took more than 250 MB of memory");
  await group.end();
  await expect.poll(() => lives(left), within).toBe(false);
});

test.runIf(process.platform === "linux")("who bears no mark is not taken for one of them", async () => {
  const stranger = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"], {
    env: { [`NOT_${MARK}`]: "1-1" },
    stdio: "ignore",
  });
  onTestFinished(async () => {
    stranger.kill("SIGKILL");
    await once(stranger, "exit");
  });
  await once(stranger, "spawn");
  expect([...marked().values()].flat()).not.toContain(stranger.pid);
});

test.runIf(process.platform === "linux")("who is stopped stands still when that is said, all threads of it", async () => {
  const busy = 'const { Worker } = require("node:worker_threads"); ';
  const turn = 'for (let more = 3; more-- > 0;) new Worker("for (;;);", { eval: true }); console.error(process.pid); for (;;);';
  const group = groupOf(run(busy + turn));
  const pid = await saidBy(group);
  const still: boolean[] = [];
  for (let round = 0; round < 20; round++) {
    await group.stop();
    still.push(!moves(pid));
    group.signal("SIGCONT");
  }
  expect(still).toEqual(Array.from({ length: 20 }, () => true));
});
