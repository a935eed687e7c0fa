// The audit, in the order in which it happens: read, lower, follow, judge, settle, grade. Deterministic and offline; the
// target's code is never run. What it is asked and what it answers are plain data, so that it can run in a thread.
import type { Finding, Surface } from "../finding/finding.ts";
import { gradeOf } from "../finding/grade.ts";
import type { Audit, Note } from "../finding/report-data.ts";
import { inOrder } from "../finding/scale.ts";
import { coverageOf, type Followed } from "./coverage.ts";
import { type Analysis, interpret } from "./engine/interpreter.ts";
import { type Limits, LIMITS } from "./engine/limits.ts";
import { AuditError, reasonOf } from "./failure.ts";
import { judge } from "./found.ts";
import { type House, readHouse } from "./house.ts";
import { readInfrastructure } from "./infrastructure/infrastructure.ts";
import type { Spans } from "./ir/ir.ts";
import { EXTENSIONS, filesOf, LANGUAGES } from "./languages.ts";
import { lowerProgram, type Program } from "./lowering.ts";
import { loadModels } from "./models/load.ts";
import { type Project, readProject } from "./project/read.ts";
import { surfaceOf as usualSurface } from "./project/surface.ts";
import { RULES } from "./rules/index.ts";
import { changedSince } from "./targets/changed.ts";

export interface AuditRequest {
  /** Files and folders of one program. */
  readonly paths: readonly string[];
  /** What findings' files are relative to, where that is not the nearest folder that holds all paths. */
  readonly root?: string | undefined;
  /** What it is called in reports. */
  readonly target: string;
  /** `2026-11-24`, for what is accepted until a day. */
  readonly today: string;
  /** Somebody else's: it has no say in how it is judged. */
  readonly foreign?: boolean;
  readonly config?: string | undefined;
  readonly baseline?: string | undefined;
  /** A revision: only what touches files that were changed since is shown. */
  readonly since?: string | undefined;
  /** Follow tests too. */
  readonly tests?: boolean;
  /** What was not laid out of what was fetched. */
  readonly notRead?: Audit["notRead"];
  /** Files to leave alone, and why: those that an earlier run did not survive. */
  readonly without?: readonly (readonly [string, string])[];
  readonly limits?: Limits;
}

/** What is being done; `file` where it is done to one. */
export interface Progress {
  readonly phase: "read" | "lower" | "follow" | "judge";
  readonly file?: string;
  readonly done?: number;
  readonly of?: number;
}

export const VERSION = "0.1.0";

const KNOWN_RULES: ReadonlySet<string> = new Set(RULES.map(({ id }) => id));

export async function audit(request: AuditRequest, onProgress: (progress: Progress) => void = () => undefined): Promise<Audit> {
  onProgress({ phase: "read" });
  const project = readProject(request.paths, EXTENSIONS, request.root);
  const house = await readHouse(request, project.root, KNOWN_RULES);
  const changed = request.since === undefined ? undefined : await changedSince(request.since, project.root);
  const kept = filesToRead(project, house, request);
  const files = LANGUAGES.flatMap((spoken) => filesOf(spoken, kept));
  const infrastructure = readInfrastructure({
    files: kept,
    read: (file) => project.glance(file),
    refuse: (file, why) => project.refuse(file, why),
  });
  const surfaceOf = (file: string): Surface => house.surfaceOf(file) ?? usualSurface(file);

  const programs = await lowerAll(project, files, surfaceOf, request, onProgress);
  const followed = programs.map((program) => follow(program, house, request.limits ?? LIMITS, onProgress));
  onProgress({ phase: "judge" });
  const found = attempt("the rules", () =>
    judge(
      RULES,
      followed.map(({ analysis }) => analysis),
      { surfaceOf, sourceOf: sourcesOf(project), infrastructure, spansOf: spansIn(programs) },
    ),
  );
  const remarks = { remarks: programs.flatMap((program) => program.remarks), notes: programs.flatMap(({ notes }) => notes) };
  const settled = await house.settle(found, remarks, request.today);
  const coverage = coverageOf(followed, surfaceOf);
  const shown = changed === undefined ? settled.findings : settled.findings.filter((finding) => touches(finding, changed));
  return {
    schema: 1,
    tool: { name: "sallyport", version: VERSION },
    target: request.target,
    // Of the whole program, whatever is shown of it.
    grade: gradeOf(settled.findings, coverage),
    findings: inOrder(shown),
    notRead: [...(request.notRead ?? []), ...project.notRead, ...aside(programs)].toSorted((one, other) =>
      one.file < other.file ? -1 : one.file > other.file ? 1 : 0,
    ),
    coverage,
    ...notesOf([...settled.notes, ...hidden(settled.findings.length - shown.length, request.since)]),
  };
}

type Lowered = Program & Pick<Followed, "language" | "files">;

async function lowerAll(
  project: Project,
  files: readonly string[],
  surfaceOf: (file: string) => Surface,
  { tests = false }: AuditRequest,
  onProgress: (progress: Progress) => void,
): Promise<readonly Lowered[]> {
  const lowered: Lowered[] = [];
  let done = 0;
  const onFile = (file: string): void => onProgress({ phase: "lower", file, done: ++done, of: files.length });
  for (const spoken of LANGUAGES) {
    const own = filesOf(spoken, files);
    if (own.length === 0) continue;
    const frontend = await spoken.load();
    await frontend.prepare();
    const program = attempt(`a file of ${spoken.language}`, () =>
      lowerProgram({ frontend, files: own, project, surfaceOf, knownRules: KNOWN_RULES, tests, onFile }),
    );
    lowered.push({ ...program, language: spoken.language, files: own });
  }
  return lowered;
}

function follow(
  { language, files, lines, modules, resolve }: Lowered,
  { functions }: House,
  limits: Limits,
  onProgress: (progress: Progress) => void,
): Followed {
  onProgress({ phase: "follow", of: modules.length });
  const spoken = modules[0]?.language;
  if (spoken === undefined) return { language, files, lines, analysis: NOTHING_SEEN };
  const analysis = attempt(`the ${language} program`, () =>
    interpret({ language: spoken, modules, resolve, models: loadModels(spoken), configured: functions, lines, limits }),
  );
  return { language, files, lines, analysis };
}

const NOTHING_SEEN: Analysis = { events: [], entries: [], bounded: [], called: new Map(), steps: 0 };

/** A fault of ours on somebody's code must not pass for a clean result. */
function attempt<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new AuditError("ERR_AUDIT_INTERNAL", `${what} could not be dealt with (${reasonOf(error)})`, {
      place: "sallyport audit",
      remedy: "This is a fault of Sallyport's: please report it, with the project if you may.",
      cause: error,
    });
  }
}

function filesToRead(project: Project, house: House, { without = [] }: AuditRequest): readonly string[] {
  const unwanted = new Map(without);
  const excluded = new Map<string, number>();
  const files = project.files.files.filter((file) => {
    const why = unwanted.get(file);
    if (why !== undefined) project.notRead.push({ file, why });
    const reason = house.exclusionOf(file);
    if (reason !== undefined) excluded.set(reason, (excluded.get(reason) ?? 0) + 1);
    return why === undefined && reason === undefined;
  });
  for (const [reason, count] of excluded)
    project.notRead.push({ file: house.file, why: `excludes ${count} ${count === 1 ? "file" : "files"}: ${reason}` });
  return files;
}

function spansIn(programs: readonly Lowered[]): (file: string) => Spans | undefined {
  const spans = new Map(programs.flatMap(({ modules }) => modules.map((module) => [module.file, module.spans] as const)));
  return (file) => spans.get(file);
}

/** Findings stand close together, so the last few files are enough. */
function sourcesOf(project: Project): (file: string) => string | undefined {
  const sources = new Map<string, string | undefined>();
  return (file) => {
    if (!sources.has(file)) sources.set(file, project.text(file)?.text);
    return sources.get(file);
  };
}

const touches = ({ file, path }: Finding, changed: ReadonlySet<string>): boolean =>
  changed.has(file) || path.some((step) => changed.has(step.file));

function aside(programs: readonly Lowered[]): Audit["notRead"] {
  const tests = programs.flatMap((program) => program.aside);
  const [first, ...others] = tests;
  if (first === undefined) return [];
  const more = others.length === 0 ? "a test" : `and ${others.length} more tests`;
  return [{ file: first, why: `${more} that the product does not import: not followed without --tests` }];
}

const hidden = (count: number, since: string | undefined): readonly Note[] =>
  count === 0
    ? []
    : [{ file: ".", what: `${count} findings that touch no file changed since ${since} are not shown; the grade counts them.` }];

const notesOf = (notes: readonly Note[]): Pick<Audit, "notes"> => (notes.length === 0 ? {} : { notes });
