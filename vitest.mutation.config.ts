// What mutants are run against: the tests of the two rooms themselves, and no others, so that a score says what
// these tests say. Tests that read sources or start processes cannot judge a mutant and are left out; so are the
// laws over all bytes and sizes, which take minutes and measure time.
import { defineConfig } from "vitest/config";
import base from "./vitest.config.ts";

export default defineConfig({
  ...base,
  // Under many a mutant something is awaited for ever. Long before Stryker gives up on the process, the test has failed.
  test: {
    ...base.test,
    testTimeout: 8000,
    include: ["packages/guard/test/{consume,envelope}/**/*.test.ts"],
    exclude: ["**/vector-files.test.ts", "**/laws.test.ts"],
  },
});
