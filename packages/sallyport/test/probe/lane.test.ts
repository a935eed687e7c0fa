// A lane that is closed has ended all that it started: the folder of every stage is gone, and nobody works in one.
import { mkdtempSync, readdirSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { withstood } from "../../src/probe/attacks/attack.ts";
import { areRead, Lane } from "../../src/probe/lane.ts";
import { Stage } from "../../src/probe/stage.ts";
import { particular, wrong } from "./subjects.ts";

/** Where targets have their folders, and what is left there: folders, and processes that work in one. */
function ownTemporaryFolder(): () => readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "lane-test-"));
  vi.stubEnv("TMPDIR", folder);
  const cwdOf = (pid: string): string => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`);
    } catch {
      return "";
    }
  };
  return () => [...readdirSync(folder), ...readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && cwdOf(pid).startsWith(folder))];
}

const nothing = async () => ({ outcome: withstood("nothing was asked"), bench: undefined });

test.each(["own", "turn"] as const)("a target that is just being started on a stage of kind %s is ended too", async (kind) => {
  const left = ownTemporaryFolder();
  const lane = new Lane(wrong(), ["note-events"]);
  const running = lane.run(kind, nothing);
  await vi.waitFor(() => expect(left().length).toBeGreaterThan(1), 10_000);
  await lane.close();
  expect(left()).toEqual([]);
  expect((await running).outcome).toEqual({
    ruling: "inconclusive",
    said: "the target could not be run: it was ended while it was starting",
  });
});

test("a server that is just being started again is ended with its stage", async () => {
  const left = ownTemporaryFolder();
  const stage = await Stage.open(particular());
  const restarting = stage.restartConsumer("killed").catch((error: unknown) => error);
  await stage.close();
  expect(await restarting).toMatchObject({ message: expect.stringContaining("it has been ended") });
  expect(left()).toEqual([]);
});

test("a copy is ready when as much of it is read as of the first, also where a place of answers has another name on each", () => {
  const consumed = ["requests", "answers-of-0a1b"];
  expect(areRead(consumed, new Set(["requests"]))).toBe(false);
  expect(areRead(consumed, new Set(["answers-of-2c3d"]))).toBe(false);
  expect(areRead(consumed, new Set(["requests", "answers-of-2c3d"]))).toBe(true);
  expect(areRead(["requests"], new Set(["answers-of-2c3d"]))).toBe(false);
  expect(areRead([], new Set())).toBe(true);
});
