// What mutants are run against: the tests of the two rooms themselves, and no others, so that a score says what
// these tests say. House rules read sources, and crash tests start processes: neither can judge a mutant.
import { defineConfig } from "vitest/config";
import base from "./vitest.config.ts";

export default defineConfig({
  ...base,
  // Under many a mutant something is awaited for ever. Long before Stryker gives up on the process, the test has failed.
  test: { ...base.test, testTimeout: 8000, include: ["packages/guard/test/{consume,envelope}/**/*.test.ts"] },
});
