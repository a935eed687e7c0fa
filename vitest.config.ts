import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["sallyport-source"] },
  ssr: { resolve: { conditions: ["sallyport-source"] } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    globalSetup: ["test/brokers.ts"],
    testTimeout: 60_000,
    execArgv: ["--conditions=sallyport-source"],
  },
});
