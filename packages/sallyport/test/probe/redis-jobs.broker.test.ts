// Job queues on Redis: what an honest call leaves on the broker says where the others are to be looked for, and a tool out
// of which no message comes has withstood nothing.
import { expect, test } from "vitest";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { provenThreats, probed, verdictOf } from "./rulings.ts";
import { redisJobs } from "./subjects.ts";

describeBroker("redis", "the probe beside a queue whose jobs are records of their own", () => {
  test("two jobs of one call, jobs that are read, forged and dropped by any name are proven", { timeout: 480_000 }, async () => {
    const only = ["repeated-call", "coerced-arguments", "chosen-source", "administrative-tool", "raw-content"];
    const result = await probed(redisJobs(), { only });
    expect(result.failure).toBeUndefined();
    const at = (attack: string, ruling: string): readonly string[] => [
      ...new Set(verdictOf(result, attack).cases.flatMap((one) => (one.ruling === ruling ? [one.at] : []))),
    ];
    expect(at("repeated-call", "proven")).toEqual(["add_job"]);
    expect(at("chosen-source", "proven")).toEqual(["get_jobs", "range"]);
    expect(at("administrative-tool", "proven")).toEqual(["drain_queue", "delete"]);
    expect(at("raw-content", "proven")).toEqual(["get_jobs", "range"]);
    for (const attack of ["chosen-source", "raw-content"]) {
      expect(at(attack, "withstood"), attack).toEqual([]);
      expect(at(attack, "not-applicable"), attack).toContain("get_count");
    }
    // There is no allowlist that a list could pass: it is the schema that is not held to.
    expect(verdictOf(result, "coerced-arguments").ruling).toBe("proven");
    expect(provenThreats({ ...result, verdicts: [verdictOf(result, "coerced-arguments")] })).toEqual(["PUB-02"]);
  });

  test("a flood of which not even the first call was accepted was not withstood", { timeout: 480_000 }, async () => {
    const result = await probed(redisJobs("closed"), { only: ["flood"] });
    expect(verdictOf(result, "flood").ruling).toBe("inconclusive");
    expect(verdictOf(result, "flood").said).toContain("not one of 200 calls of add_job was accepted");
  });
});
