// Stock clients of brokers in Python, which read what we send with docs/envelope.md alone. What they need is in `.stock`;
// where it is missing it is said by name, and where BROKERS is `required`, as in CI, it is a failure.
import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "vitest";

const ROOT = join(import.meta.dirname, "../../../..");
const env = { ...process.env, PYTHONPATH: join(ROOT, ".stock"), PYTHONDONTWRITEBYTECODE: "1" };
const HOW = "python3 -m pip install --target .stock -r packages/guard/test/stock/requirements.txt";
const run = promisify(execFile);

/** A test that runs Python with this module at hand. */
export function testStock(module: string, title: string, body: () => Promise<void>): void {
  if (spawnSync("python3", ["-c", `import ${module}`], { env }).status === 0) {
    test(title, { timeout: 60_000 }, body);
    return;
  }
  const how = `${title}: Python or its module ${module} is missing: ${HOW}`;
  if (process.env["BROKERS"] === "required") test(how, () => Promise.reject(new Error(how)));
  else test.skip(how, () => undefined);
}

/** Its lines, each of which is JSON. */
export async function pythonLines(script: string, args: readonly string[], input: string): Promise<readonly Record<string, unknown>[]> {
  const running = run("python3", [join(import.meta.dirname, script), ...args], { env });
  running.child.stdin!.end(input);
  const { stdout } = await running;
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
