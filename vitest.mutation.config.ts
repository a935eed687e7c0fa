// What mutants are run against: the tests of the two rooms themselves, and no others, so that a score says what
// these tests say. House rules read sources, and crash tests start processes: neither can judge a mutant.
import { defineConfig } from "vitest/config";
import base from "./vitest.config.ts";

export default defineConfig({
  ...base,
  test: { ...base.test, include: ["packages/guard/test/{consume,envelope}/**/*.test.ts"] },
});
