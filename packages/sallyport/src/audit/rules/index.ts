// Every rule, in the order of the catalogue: its folder, and its line here.
import { administrativeTool } from "./administrative-tool/rule.ts";
import { clientChosenDestination } from "./client-chosen-destination/rule.ts";
import { clientChosenSource } from "./client-chosen-source/rule.ts";
import { rawBrokerContent } from "./raw-broker-content/rule.ts";
import { unvalidatedPayload } from "./unvalidated-payload/rule.ts";
import type { Rule } from "./rule.ts";

export const RULES: readonly Rule[] = [
  unvalidatedPayload,
  clientChosenDestination,
  clientChosenSource,
  administrativeTool,
  rawBrokerContent,
];
