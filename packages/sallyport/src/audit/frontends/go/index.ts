// Go.
import type { Frontend } from "../frontend.ts";
import { lower } from "./lower.ts";
import { prepareParser } from "./parse.ts";
import { resolver } from "./resolve.ts";

export const go: Frontend = { language: "go", extensions: [".go"], prepare: prepareParser, lower, resolver };
