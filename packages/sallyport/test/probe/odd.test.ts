// Targets that cannot be probed, or only in part: a clear word about each, and the rest goes on.
import { expect, test } from "vitest";
import type { ProbeResult } from "../../src/probe/probe.ts";
import { readProfile } from "../../src/probe/profile.ts";
import { probed, ruledAs } from "./rulings.ts";
import { NODE, SERVERS } from "./subjects.ts";

const odd = (manner: string, more: object = {}): Promise<ProbeResult> => probedWith([...NODE, `${SERVERS}/odd.ts`, manner], more);

const probedWith = (command: readonly string[], more: object = {}): Promise<ProbeResult> => {
  const bounds = { startsWithinMs: 4000, watchMs: 200, answersWithinMs: 2000, mostMegabytes: 400 };
  const profile = { name: "odd", server: { command }, bounds, ...more };
  return probed(readProfile(JSON.stringify(profile), "odd"), { only: ["free-payload", "leaking-error", "same-bytes"] });
};

const GROWS = "const kept = Buffer.alloc(5e8, 1); setInterval(() => kept.fill(2), 1000)";

const FAILURES: readonly (readonly [string, () => Promise<ProbeResult>, RegExp])[] = [
  ["a command that does not exist", () => probedWith(["no-such-program"]), /there is no program no-such-program/],
  ["one that dies at start", () => odd("dies"), /ended with code 3 .*no licence was found/s],
  ["one that prints rubbish and nothing else", () => odd("rubbish"), /does not answer as an MCP server.*2 lines.*Welcome!/s],
  ["one that hangs", () => odd("hangs"), /does not answer as an MCP server/],
  ["one that takes all memory", () => probedWith([process.execPath, "-e", GROWS]), /more than 400 MB of memory/],
  [
    "a broker that is not there",
    () => odd("echo", { broker: { kind: "redis", url: "redis://127.0.0.1:1" } }),
    /the broker could not be reached: there is no Redis at 127\.0\.0\.1:1/,
  ],
];

test.each(FAILURES)("%s is said, and every attack is inconclusive for that reason", { timeout: 120_000 }, async (_what, run, said) => {
  const result = await run();
  expect(result.failure).toMatch(said);
  expect(ruledAs(result, "inconclusive")).toHaveLength(3);
  for (const verdict of result.verdicts) expect(verdict.said).toBe(result.failure);
});

test("a server without tools is told so, and nothing is said to be withstood", async () => {
  const result = await odd("empty");
  expect(result.notes).toContain("The server lists no tools.");
  expect(ruledAs(result, "not-applicable")).toHaveLength(3);
});

test("a server that answers no call has withstood nothing", { timeout: 120_000 }, async () => {
  const result = await odd("mute");
  expect(ruledAs(result, "withstood")).toEqual([]);
  expect(ruledAs(result, "inconclusive").join("\n")).toContain("leaking-error");
});

test("a schema that nothing fits is noted, and the other tools are attacked", async () => {
  const result = await odd("unsatisfiable");
  expect(result.notes.join("\n")).toContain("No arguments could be made that fit the schema of impossible");
  expect(result.failure).toBeUndefined();
  expect(result.tools).toEqual(["impossible", "echo"]);
  // Nothing is known of a tool that was never called honestly: it is not praised.
  expect(ruledAs(result, "inconclusive").join("\n")).toContain("no honest call of impossible got through");
});

test("what is printed beside the protocol is noted, and the probe goes on", async () => {
  const [chatty, loud] = await Promise.all([odd("chatters"), odd("floods")]);
  expect(chatty.failure).toBeUndefined();
  expect(chatty.notes.join("\n")).toContain("1 lines to standard output that are no messages, the first: Welcome!");
  expect(loud.failure).toBeUndefined();
  expect(loud.notes.join("\n")).toMatch(/flooded standard error with \d+ MB/);
});

test("a server that must be connected first is, each time that it was started; one that then refuses is said to", async () => {
  const begin = [{ tool: "connect", arguments: {} }];
  const command = [...NODE, `${SERVERS}/odd.ts`, "closed"];
  const [closed, opened, refused] = await Promise.all([
    odd("closed", { tools: { skip: ["connect"] } }),
    odd("closed", { server: { command, begin }, tools: { skip: ["connect"] } }),
    odd("closed", { server: { command, begin: [{ tool: "echo", arguments: {} }] } }),
  ]);
  expect(ruledAs(closed, "inconclusive").join("\n")).toContain("no honest call of echo got through");
  expect(ruledAs(opened, "inconclusive").join("\n")).not.toContain("no honest call of echo got through");
  expect(refused.failure).toContain("echo, with which it is to begin, was refused: connect first");
});
