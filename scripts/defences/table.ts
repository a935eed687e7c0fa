// Every removal, in the catalogue's order.
import { isTheGuards, readCatalogue } from "../threats.ts";
import { DESTINATION } from "./destination.ts";
import { OPERATORS } from "./operators.ts";
import { POISON } from "./poison.ts";
import { PUBLISH } from "./publish.ts";
import type { Removal } from "./removal.ts";
import { REPLAY } from "./replay.ts";

export const REMOVALS: readonly Removal[] = [...PUBLISH, ...DESTINATION, ...REPLAY, ...POISON, ...OPERATORS];

/** The guard's threats for which there is no removal. */
export const unproven = (removals: readonly Removal[]): readonly string[] =>
  readCatalogue()
    .filter((threat) => isTheGuards(threat) && !removals.some((removal) => removal.threat === threat.id))
    .map(({ id }) => id);
