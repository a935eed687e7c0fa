import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["sallyport-source"] },
  ssr: { resolve: { conditions: ["sallyport-source"] } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts"],
    // Brokers that are ended and groups that change take minutes each: `npm run check:slow-brokers`.
    exclude:
      process.env["SLOW_BROKERS"] === undefined
        ? ["packages/guard/test/harness/re*.broker.test.ts", "packages/guard/test/adapters/*-kills.broker.test.ts"]
        : [],
    globalSetup: ["test/brokers.ts"],
    // Most tests wait for processes and brokers; the default leaves one core of two unused.
    maxWorkers: "100%",
    testTimeout: 60_000,
    execArgv: ["--conditions=sallyport-source"],
  },
});
