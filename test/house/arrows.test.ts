// The house rules, executed on the sources; then each rule on made-up modules, to show that it can fail.
import { describe, expect, test } from "vitest";
import { type Import, type Module, parseModule, readModules } from "./imports.ts";
import { ARROWS, GUARD, SALLYPORT, SALLYPORT_ARROWS } from "./arrows.ts";
import { RULES } from "./rules.ts";

const modules = readModules();

describe("the house rules hold of the sources", () => {
  test("there are sources to read", () => {
    expect(modules.length).toBeGreaterThan(20);
  });

  test.each(RULES.map((rule) => [rule.name, rule] as const))("%s", (_name, { because, breaches }) => {
    const found = breaches(modules);
    expect(found, `${found.join("\n")}\nOtherwise: ${because}.`).toEqual([]);
  });
});

const file = (path: string, ...imports: readonly (string | Import)[]): Module => ({
  path: GUARD + path,
  imports: imports.map((made) => (typeof made === "string" ? { to: made, typeOnly: false } : made)),
  exports: [],
  clockLines: [],
});
const command = (path: string, ...imports: readonly (string | Import)[]): Module => ({
  ...file("", ...imports),
  path: SALLYPORT + path,
});
const typed = (to: string): Import => ({ to, typeOnly: true });
const ruleNamed = (start: string) => RULES.find(({ name }) => name.startsWith(start))!;

/** Rule (by the start of its name), modules that break it, how often. */
const BREACHES: readonly (readonly [string, readonly Module[], number])[] = [
  ["errors knows", [file("errors.ts", `${GUARD}contract/contract.ts`)], 1],
  ["contract knows", [file("contract/a.ts", `${GUARD}errors.ts`, `${GUARD}envelope/keys.ts`)], 1],
  ["envelope knows", [file("envelope/a.ts", typed(`${GUARD}ports/clock.ts`))], 1],
  ["ports knows", [file("ports/a.ts", `${GUARD}envelope/keys.ts`, typed(`${GUARD}envelope/open.ts`))], 1],
  ["publish knows", [file("publish/a.ts", `${GUARD}consume/consumer.ts`, `${GUARD}stores/memory-claims.ts`)], 2],
  ["consume knows", [file("consume/redrive.ts", `${GUARD}publish/publisher.ts`)], 1],
  ["read knows", [file("read/reader.ts", `${GUARD}consume/consumer.ts`)], 1],
  ["isolation knows", [file("isolation/a.ts", `${GUARD}stores/memory-claims.ts`, typed(`${GUARD}contract/contract.ts`))], 1],
  ["sqlite knows", [file("sqlite/database.ts", `${GUARD}stores/sqlite-claims.ts`)], 1],
  ["postgres knows", [file("postgres/postgres.ts", `${GUARD}stores/postgres-claims.ts`)], 1],
  ["nats knows", [file("nats/link.ts", `${GUARD}adapters/nats.ts`)], 1],
  ["rabbitmq knows", [file("rabbitmq/channel.ts", `${GUARD}adapters/rabbitmq.ts`)], 1],
  ["redis knows", [file("redis/redis.ts", `${GUARD}stores/redis-claims.ts`)], 1],
  ["kafka knows", [file("kafka/member.ts", `${GUARD}adapters/kafka.ts`)], 1],
  ["sqs knows", [file("sqs/queue.ts", `${GUARD}adapters/sqs.ts`)], 1],
  [
    "adapters knows",
    [
      file(
        "adapters/a.ts",
        `${GUARD}consume/policy.ts`,
        `${GUARD}stores/claim-record.ts`,
        `${GUARD}postgres/postgres.ts`,
        `${GUARD}sqlite/database.ts`,
        `${GUARD}redis/stream-group.ts`,
      ),
    ],
    3,
  ],
  ["stores knows", [file("stores/a.ts", `${GUARD}adapters/memory.ts`, `${GUARD}envelope/signing-input.ts`)], 2],
  ["mcp knows", [file("mcp/a.ts", `${GUARD}envelope/seal.ts`, `${GUARD}publish/publisher.ts`)], 1],
  ["telemetry knows", [file("telemetry/a.ts", `${GUARD}publish/publisher.ts`, typed(`${GUARD}envelope/open.ts`))], 2],
  ["keys-file knows", [file("keys-file.ts", `${GUARD}contract/contract.ts`)], 1],
  ["testing knows", [file("testing/a.ts", `${GUARD}index.ts`)], 1],
  ["index knows", [file("index.ts", `${GUARD}adapters/memory.ts`, `${GUARD}stores/memory-claims.ts`, `${GUARD}mcp/tools.ts`)], 3],
  ["audit/ir knows", [command("audit/ir/a.ts", typed(`${SALLYPORT}audit/frontends/frontend.ts`))], 1],
  ["audit/frontends knows", [command("audit/frontends/go/a.ts", `${SALLYPORT}audit/ir/place.ts`, `${SALLYPORT}audit/models/load.ts`)], 1],
  ["audit/models knows", [command("audit/models/a.ts", typed(`${SALLYPORT}audit/ir/ir.ts`), `${SALLYPORT}audit/engine/value.ts`)], 1],
  ["audit/engine knows", [command("audit/engine/a.ts", `${SALLYPORT}audit/judge/inquiry.ts`, `${SALLYPORT}audit/models/load.ts`)], 1],
  ["audit/infrastructure knows", [command("audit/infrastructure/a.ts", typed(`${SALLYPORT}audit/engine/value.ts`))], 1],
  ["audit/judge knows", [command("audit/judge/a.ts", `${SALLYPORT}audit/rules/rule.ts`, `${SALLYPORT}audit/infrastructure/cdk.ts`)], 2],
  ["audit/rules knows", [command("audit/rules/a/rule.ts", `${SALLYPORT}audit/models/load.ts`, `${SALLYPORT}finding/scale.ts`)], 1],
  ["audit/failure knows", [command("audit/failure.ts", `${SALLYPORT}finding/scale.ts`)], 1],
  ["audit/project knows", [command("audit/project/a.ts", `${SALLYPORT}audit/audit.ts`, typed(`${SALLYPORT}finding/finding.ts`))], 1],
  ["audit/targets knows", [command("audit/targets/a.ts", `${SALLYPORT}audit/project/read.ts`, `${SALLYPORT}audit/house.ts`)], 1],
  ["audit knows", [command("audit/audit.ts", `${SALLYPORT}report/index.ts`, `${SALLYPORT}audit/watch/watch.ts`)], 2],
  ["audit/watch knows", [command("audit/watch/a.ts", `${SALLYPORT}audit/audit.ts`, `${SALLYPORT}audit/rules/index.ts`)], 1],
  ["finding knows", [command("finding/a.ts", typed(`${SALLYPORT}audit/audit.ts`))], 1],
  ["report knows", [command("report/a.ts", `${SALLYPORT}finding/scale.ts`, typed(`${SALLYPORT}audit/rules/rule.ts`))], 1],
  ["probe/schema knows", [command("probe/schema/a.ts", typed(`${SALLYPORT}probe/known.ts`))], 1],
  ["probe/taps knows", [command("probe/taps/a.ts", `${SALLYPORT}probe/targets/process-group.ts`)], 1],
  ["probe/targets knows", [command("probe/targets/a.ts", `${SALLYPORT}probe/schema/grow.ts`, `${SALLYPORT}probe/stage.ts`)], 1],
  ["probe/brokers knows", [command("probe/brokers/a.ts", `${SALLYPORT}probe/taps/redis.ts`, `${SALLYPORT}probe/profile.ts`)], 1],
  ["probe/attacks knows", [command("probe/attacks/a/attack.ts", `${SALLYPORT}probe/stage.ts`, typed(`${SALLYPORT}probe/bench.ts`))], 1],
  ["probe knows", [command("probe/a.ts", `${SALLYPORT}audit/audit.ts`, `${SALLYPORT}report/index.ts`)], 2],
  [
    "no attack knows",
    [command("probe/attacks/a/attack.ts", `${SALLYPORT}probe/attacks/b/attack.ts`, `${SALLYPORT}probe/attacks/front.ts`)],
    1,
  ],
  ["demo knows", [command("demo/a.ts", `${SALLYPORT}report/index.ts`)], 1],
  ["cli knows", [command("cli/a.ts", `${SALLYPORT}audit/engine/interpreter.ts`, `${SALLYPORT}audit/audit.ts`)], 1],
  ["every room of the command", [command("helpers/a.ts"), command("audit/helpers/a.ts"), command("audit/audit.ts")], 2],
  [
    "no rule knows",
    [
      command(
        "audit/rules/a/rule.ts",
        `${SALLYPORT}audit/rules/b/rule.ts`,
        `${SALLYPORT}audit/rules/a/words.ts`,
        `${SALLYPORT}audit/rules/rule.ts`,
      ),
    ],
    1,
  ],
  [
    "the audit imports neither",
    [command("audit/engine/a.ts", "@sallyport/guard", "@sallyport/server"), command("audit/rules/a/safe.ts", "@sallyport/guard")],
    2,
  ],
  ["each parser is", [command("audit/engine/a.ts", typed("oxc-parser")), command("audit/frontends/tree-sitter.ts", "web-tree-sitter")], 1],
  ["every room of the guard", [file("utils/a.ts")], 1],
  ["every exception", [file("stores/trail-chain.ts")], 1],
  [
    "no adapter knows",
    [file("adapters/kafka.ts", `${GUARD}adapters/nats.ts`), { ...file("adapters/nats.ts"), exports: ["NatsTransport"] }],
    1,
  ],
  ["the guard imports no package", [file("adapters/kafka.ts", "kafkajs", typed("zod")), file("isolation/thread-entry.ts", "?")], 2],
  ["the guard imports no other package", [file("index.ts", "packages/server/src/index.ts")], 1],
  ["only envelope/ touches", [file("stores/a.ts", "node:crypto"), file("envelope/a.ts", "node:crypto")], 1],
  ["only sqlite/ and", [file("consume/a.ts", "node:fs/promises", "node:sqlite", typed("node:sqlite")), file("sqlite/a.ts", "node:fs")], 2],
  [
    "only clocks",
    [
      { ...file("consume/a.ts"), clockLines: [7] },
      { ...file("ports/clock.ts"), clockLines: [11] },
    ],
    1,
  ],
  ["the front door", [file("index.ts", `${GUARD}a/a.ts`), file("a/a.ts", "node:sqlite"), file("b.ts", "node:fs")], 1],
  [
    "no import goes",
    [
      file("a.ts", `${GUARD}b.ts`),
      file("b.ts", typed(`${GUARD}c.ts`)),
      file("c.ts", `${GUARD}a.ts`, `${GUARD}d.ts`),
      file("d.ts", `${GUARD}d.ts`),
    ],
    2,
  ],
];

describe("each house rule can fail", () => {
  test.each(BREACHES)("%s", (start, broken, times) => {
    expect(ruleNamed(start).breaches(broken)).toHaveLength(times);
  });

  test("every rule has made-up modules that break it", () => {
    const broken = new Set(BREACHES.map(([start]) => ruleNamed(start).name));
    expect(RULES.filter(({ name }) => !broken.has(name))).toEqual([]);
  });

  test("rooms that do not exist break nothing", () => {
    expect(RULES.flatMap(({ breaches }) => breaches([]))).toEqual([]);
  });

  test("no two rooms know each other", () => {
    const mutual = [ARROWS, SALLYPORT_ARROWS].flatMap((arrows) =>
      [...arrows].flatMap(([room, { knows }]) => knows.filter((other) => arrows.get(other)?.knows.includes(room))),
    );
    expect(mutual).toEqual([]);
  });
});

describe("the reader of modules", () => {
  const read = (source: string): Module => parseModule(`${GUARD}consume/a.ts`, source);

  test.each([
    ["import", 'import { a } from "../errors.ts";', `${GUARD}errors.ts`, false],
    ["import for its effect", 'import "./b.ts";', `${GUARD}consume/b.ts`, false],
    ["type import", 'import type { A } from "node:sqlite";', "node:sqlite", true],
    ["import of a type and a value", 'import { type A, b } from "node:fs";', "node:fs", false],
    ["re-export", 'export { a } from "./b.ts";', `${GUARD}consume/b.ts`, false],
    ["re-export of everything", 'export * from "./b.ts";', `${GUARD}consume/b.ts`, false],
    ["re-export of a type", 'export type { A } from "./b.ts";', `${GUARD}consume/b.ts`, true],
    ["dynamic import", 'const a = await import("zod");', "zod", false],
    ["dynamic import of something computed", "const a = await import(name);", "?", false],
    ["import in a type", 'type A = import("../ports/ids.ts").NewId;', `${GUARD}ports/ids.ts`, true],
  ])("sees an %s", (_name, source, to, typeOnly) => {
    expect(read(source).imports).toEqual([{ to, typeOnly }]);
  });

  test("sees readings of the wall clock, and not dates made of given times", () => {
    expect(read("Date.now();\nnew Date();\nDate();\nnew Date(5);\nclock.now();").clockLines).toEqual([1, 2, 3]);
  });

  test("sees a clock that is handed on without being called", () => {
    expect(read("const now = Date.now;").clockLines).toEqual([1]);
  });
});
