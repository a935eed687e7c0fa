// Runs the tests whose titles cite a threat, and says which of them failed. In two ways: here, for the many runs of
// quick files; and in a process of its own, ended with all that it started, for files that start processes themselves
// or take their time.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createVitest, type TestCase } from "vitest/node";

export interface TestRun {
  readonly passed: number;
  /** Full titles. */
  readonly failed: readonly string[];
  /** Milliseconds by file. */
  readonly took: ReadonlyMap<string, number>;
}

/** Without a defence much is awaited in vain; a test of a quick file has failed long before. */
const IN_VAIN_MS = 8000;
const MOST_MS = 60_000;
const LOOK_AGAIN_MS = 200;

/** The titles of those that failed, until the first that did. A runner that is kept may keep sources, too: each run has its own. */
export async function failingHere(root: string, files: readonly string[], titles: string): Promise<readonly string[]> {
  const times = { testTimeout: IN_VAIN_MS, hookTimeout: IN_VAIN_MS, teardownTimeout: IN_VAIN_MS };
  const options = {
    root,
    config: join(root, "vitest.config.ts"),
    testNamePattern: titles,
    watch: false,
    bail: 1,
    reporters: [{}],
    ...times,
  };
  const runner = await createVitest("test", options);
  try {
    const { testModules } = await withinMs(MOST_MS, runner.start([...files]));
    const tests = testModules.flatMap((module) => [...module.children.allTests()]);
    return tests.filter((test) => test.result().state === "failed").map(({ fullName }: TestCase) => fullName);
  } finally {
    await withinMs(MOST_MS, runner.close());
  }
}

async function withinMs<T>(mostMs: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`the tests have not ended within ${mostMs} ms`)), mostMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Until the first that fails. @throws {Error} when the run leaves no report, which says nothing about any test. */
export async function runApart(root: string, files: readonly string[], titles: string): Promise<TestRun> {
  const report = join(root, "report.json");
  const runner = join(root, "node_modules", "vitest", "vitest.mjs");
  const options = ["run", "--bail=1", "--reporter=json", `--outputFile=${report}`, "-t", titles, ...files];
  const child = spawn(process.execPath, [runner, ...options], { cwd: root, stdio: "ignore", detached: true });
  const exited = once(child, "exit");
  try {
    // What a failed test left running can keep the runner from ending, though it has said what there is to say.
    while (reportIn(report) === undefined && (await Promise.race([exited, wait(LOOK_AGAIN_MS)])) === undefined);
    const said = reportIn(report);
    if (said === undefined) throw new Error("the tests left no report");
    return resultOf(root, said);
  } finally {
    endGroup(child.pid);
    rmSync(report, { force: true });
  }
}

/** `undefined` when it is not there, or not all of it. */
function reportIn(path: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Report;
  } catch {
    return undefined;
  }
}

/** A test that failed may have left processes behind. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended with all that it started.
  }
}

function resultOf(root: string, { testResults }: Report): TestRun {
  const assertions = testResults.flatMap(({ assertionResults }) => assertionResults);
  return {
    passed: assertions.filter(({ status }) => status === "passed").length,
    failed: assertions.filter(({ status }) => status === "failed").map(({ fullName }) => fullName),
    took: new Map(testResults.map(({ name, startTime, endTime }) => [name.slice(root.length + 1), endTime - startTime])),
  };
}
