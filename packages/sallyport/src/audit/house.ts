// What a house says about its own code: in remarks, in its configuration, in its baseline. Somebody else's target has no
// say in how it is judged, so what it says is not heard. Most projects say nothing, and do not wait for what would read it.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Baseline } from "../finding/baseline.ts";
import type { Configuration } from "../finding/configuration.ts";
import type { Finding, Surface } from "../finding/finding.ts";
import type { Note } from "../finding/report-data.ts";
import type { Remarks } from "../finding/suppression.ts";
import { AuditError, reasonOf } from "./failure.ts";

export interface House {
  /** Where it is configured. */
  readonly file: string;
  /** `undefined`: as usual. */
  surfaceOf(file: string): Surface | undefined;
  /** Why a file is left out. */
  exclusionOf(file: string): string | undefined;
  /** What it says of functions of its own. */
  readonly functions: Pick<Configuration, "wrappers" | "allowlists"> | undefined;
  settle(found: readonly Finding[], remarks: Remarks, today: string): Promise<Settled>;
}

export interface Settled {
  readonly findings: readonly Finding[];
  readonly notes: readonly Note[];
}

export interface Asked {
  readonly foreign?: boolean;
  readonly config?: string | undefined;
  readonly baseline?: string | undefined;
}

const CONFIGURATION_FILES = ["sallyport.audit.yaml", "sallyport.audit.yml", "sallyport.audit.json"];

export async function readHouse(
  { foreign = false, config, baseline }: Asked,
  root: string,
  knownRules: ReadonlySet<string>,
): Promise<House> {
  const [first, second] = foreign ? [] : CONFIGURATION_FILES.filter((name) => existsSync(join(root, name)));
  if (config === undefined && second !== undefined)
    throw new AuditError("ERR_AUDIT_OPTION", `there are both ${first} and ${second}`, { place: root, remedy: "Keep one of them." });
  const file = config ?? first;
  if (file === undefined && baseline === undefined) return foreign ? UNHEARD : SILENT;
  const read = await readingWhat(file === undefined ? undefined : { file, text: textOf(config ?? join(root, file)) }, baseline, knownRules);
  return foreign ? { ...read, settle: (found, _remarks, today) => read.settle(found, NO_REMARKS, today).then(unheard) } : read;
}

async function readingWhat(
  configured: { readonly file: string; readonly text: string } | undefined,
  baseline: string | undefined,
  knownRules: ReadonlySet<string>,
): Promise<House> {
  const { configuredSurface, exclusionOf, NO_CONFIGURATION, readConfiguration } = await import("../finding/configuration.ts");
  const { readBaseline } = await import("../finding/baseline.ts");
  const configuration = configured === undefined ? NO_CONFIGURATION : readConfiguration(configured.text, configured.file, knownRules);
  const known = baseline === undefined ? undefined : readBaseline(textOf(baseline), baseline);
  return {
    file: configuration.file,
    surfaceOf: (file) => configuredSurface(file, configuration),
    exclusionOf: (file) => exclusionOf(file, configuration),
    functions: configuration.wrappers.length + configuration.allowlists.length === 0 ? undefined : configuration,
    settle: (found, remarks, today) => settleBy(found, remarks, today, configuration, known),
  };
}

async function settleBy(
  found: readonly Finding[],
  { remarks, notes }: Remarks,
  today: string,
  configuration: Configuration,
  baseline: Baseline | undefined,
): Promise<Settled> {
  const { settle } = await import("../finding/acceptance.ts");
  const settled = settle(found, { remarks, configuration, baseline, today });
  return { findings: settled.findings, notes: [...notes, ...settled.notes] };
}

const NO_REMARKS: Remarks = { remarks: [], notes: [] };

const SILENT: House = {
  file: "",
  surfaceOf: () => undefined,
  exclusionOf: () => undefined,
  functions: undefined,
  settle: async (found, remarks, today) => {
    if (remarks.remarks.length === 0) return { findings: found, notes: remarks.notes };
    const { NO_CONFIGURATION } = await import("../finding/configuration.ts");
    return settleBy(found, remarks, today, NO_CONFIGURATION, undefined);
  },
};

const unheard = ({ findings, notes }: Settled): Settled => ({
  findings,
  notes: [{ file: ".", what: "This target is somebody else's: remarks and configuration in it accept nothing." }, ...notes],
});

const UNHEARD: House = { ...SILENT, settle: (found) => Promise.resolve(unheard({ findings: found, notes: [] })) };

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
