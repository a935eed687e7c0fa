import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["sallyport-source"] },
  ssr: { resolve: { conditions: ["sallyport-source"] } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts"],
    // Brokers that are ended and groups that change take minutes each: `npm run check:slow-brokers`.
    exclude:
      process.env["SLOW_BROKERS"] === undefined
        ? [
            "packages/guard/test/harness/re*.broker.test.ts",
            "packages/guard/test/adapters/*-kills.broker.test.ts",
            "packages/sallyport/test/replicas-*.broker.test.ts",
          ]
        : [],
    globalSetup: ["test/brokers.ts"],
    // Most tests wait for processes and brokers; the default leaves one core of two unused.
    maxWorkers: "100%",
    testTimeout: 60_000,
    // Half of what starting a process costs is reading what the one before it has read.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL("node_modules/.cache/compiled", import.meta.url)) },
    execArgv: ["--conditions=sallyport-source"],
  },
});
