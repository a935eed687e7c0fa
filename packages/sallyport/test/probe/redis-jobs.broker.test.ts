// Job queues on Redis: what an honest call leaves on the broker says where the others are to be looked for, and a tool out
// of which no message comes has withstood nothing.
import { expect, test } from "vitest";
import { describeBroker } from "../../../guard/test/brokers.ts";
import type { Ruling } from "../../src/finding/verdict.ts";
import type { ProbeResult } from "../../src/probe/probe.ts";
import { probed, provenThreats, verdictOf } from "./rulings.ts";
import { redisJobs } from "./subjects-on-brokers.ts";

const placesOf = (result: ProbeResult, attack: string, ruling: Ruling): readonly string[] => [
  ...new Set(verdictOf(result, attack).cases.flatMap((one) => (one.ruling === ruling ? [one.at] : []))),
];

describeBroker("redis", "the probe beside a queue whose jobs are records of their own", () => {
  test("two jobs of one call, and a priority of the caller's, are proven", { timeout: 480_000 }, async () => {
    const result = await probed(redisJobs(), { only: ["repeated-call", "coerced-arguments", "client-key"] });
    expect(result.failure).toBeUndefined();
    for (const attack of ["repeated-call", "client-key"]) expect(placesOf(result, attack, "proven"), attack).toEqual(["add_job"]);
    // There is no allowlist that a list could pass: it is the schema that is not held to.
    const coerced = verdictOf(result, "coerced-arguments");
    expect(provenThreats({ ...result, verdicts: [coerced] })).toEqual(["PUB-02"]);
  });

  test(
    "jobs that are read and forged by any name are proven, and nothing is withstood where none come out",
    { timeout: 480_000 },
    async () => {
      const result = await probed(redisJobs("open", ["connect", "drain_queue", "delete", "delete_all"]), {
        only: ["chosen-source", "raw-content"],
      });
      for (const attack of ["chosen-source", "raw-content"]) {
        expect(placesOf(result, attack, "proven"), attack).toEqual(["get_jobs", "range"]);
        expect(placesOf(result, attack, "withstood"), attack).toEqual([]);
        expect(placesOf(result, attack, "not-applicable"), attack).toContain("get_count");
      }
      // A copy of a job is a job: its data is other data, and nothing that is none.
      const copied = verdictOf(result, "raw-content").cases.find(({ name }) => name === "get_jobs: an honest message with other text");
      expect(copied).toMatchObject({ ruling: "proven" });
    },
  );

  test("what drops jobs, by name, by key or all of them, is proven", { timeout: 480_000 }, async () => {
    const result = await probed(redisJobs(), { only: ["administrative-tool"] });
    expect(placesOf(result, "administrative-tool", "proven")).toEqual(["drain_queue", "delete", "delete_all"]);
  });

  test("a flood of which not even the first call was accepted was not withstood", { timeout: 480_000 }, async () => {
    const result = await probed(redisJobs("closed"), { only: ["flood"] });
    expect(verdictOf(result, "flood").ruling).toBe("inconclusive");
    expect(verdictOf(result, "flood").said).toContain("not one of 200 calls of add_job was accepted");
  });
});
