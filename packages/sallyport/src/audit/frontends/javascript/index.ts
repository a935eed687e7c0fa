// JavaScript and TypeScript: sources of every dialect, and what compilers and bundlers make of them.
import type { Frontend } from "../frontend.ts";
import { lower } from "./lower.ts";
import { resolverOf } from "./resolve.ts";

export const javascript: Frontend = {
  language: "javascript",
  extensions: [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"],
  prepare: () => Promise.resolve(),
  lower,
  resolver: resolverOf,
};
