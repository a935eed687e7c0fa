// What a house says about its own code: its configuration and its baseline. Somebody else's target has no say in how it
// is judged, so its configuration and remarks are not heard.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Baseline, readBaseline } from "../finding/baseline.ts";
import { type Configuration, CONFIGURATION_FILES, NO_CONFIGURATION, readConfiguration } from "../finding/configuration.ts";
import type { Note } from "../finding/report-data.ts";
import { AuditError, reasonOf } from "./failure.ts";

export interface House {
  readonly configuration: Configuration;
  readonly baseline: Baseline | undefined;
  /** Remarks in the source are not heard. */
  readonly deaf: boolean;
  readonly notes: readonly Note[];
}

export interface Asked {
  readonly foreign?: boolean;
  readonly config?: string | undefined;
  readonly baseline?: string | undefined;
}

export function readHouse({ foreign = false, config, baseline }: Asked, root: string, knownRules: ReadonlySet<string>): House {
  const own = foreign ? [] : CONFIGURATION_FILES.filter((name) => existsSync(join(root, name)));
  const [first, second] = own;
  if (config === undefined && second !== undefined)
    throw new AuditError("ERR_AUDIT_OPTION", `there are both ${first} and ${second}`, { place: root, remedy: "Keep one of them." });
  const file = config ?? first;
  const configuration = file === undefined ? NO_CONFIGURATION : readConfiguration(textOf(config ?? join(root, file)), file, knownRules);
  return {
    configuration,
    baseline: baseline === undefined ? undefined : readBaseline(textOf(baseline), baseline),
    deaf: foreign,
    notes: foreign ? [{ file: ".", what: "This target is somebody else's: remarks and configuration in it accept nothing." }] : [],
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new AuditError("ERR_AUDIT_PATH", `the file cannot be read (${reasonOf(error)})`, {
      place: path,
      remedy: "Give a file that exists.",
    });
  }
}
