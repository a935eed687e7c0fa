// `paths` and `baseUrl` of tsconfig.json and jsconfig.json, with what they extend.
import type { ProjectFiles } from "../frontend.ts";
import { type Json, mapOf, readJson, textsOf } from "./json.ts";
import { matched } from "./packages.ts";
import { folderOf, foldersUp, joinPath } from "./paths.ts";
import { sourceFile } from "./source-files.ts";

export interface Aliases {
  /** Where bare names are looked up; `undefined` when it is not said. */
  readonly baseUrl: string | undefined;
  readonly paths: readonly (readonly [pattern: string, targets: readonly string[]])[];
  /** What the targets of `paths` are relative to. */
  readonly pathsFrom: string;
}

const NONE: Aliases = { baseUrl: undefined, paths: [], pathsFrom: "" };
/** Longer chains of `extends` are a loop. */
const MOST_EXTENDS = 16;

/** What holds in a folder, the innermost first. Each file is read once. */
export function aliasesIn(project: ProjectFiles): (folder: string) => readonly Aliases[] {
  const known = new Map<string, readonly Aliases[]>();
  const inOne = (folder: string): readonly Aliases[] => {
    const found = known.get(folder) ?? configsOf(project, folder);
    known.set(folder, found);
    return found;
  };
  return (folder) => [...foldersUp(folder)].flatMap(inOne);
}

/** The tsconfigs of a folder that say something: projects split theirs (`tsconfig.app.json`), so each is heard. */
function configsOf(project: ProjectFiles, folder: string): Aliases[] {
  return ["tsconfig.json", "jsconfig.json", "tsconfig.app.json", "tsconfig.base.json", "tsconfig.build.json"]
    .map((name) => joinPath(folder, name) ?? name)
    .filter((file) => project.has(file))
    .map((file) => read(project, file, 0))
    .filter((aliases) => aliases.baseUrl !== undefined || aliases.paths.length > 0);
}

function read(project: ProjectFiles, file: string, depth: number): Aliases {
  if (depth > MOST_EXTENDS) return NONE;
  const config = readJson(project, file);
  const folder = folderOf(file);
  const options = mapOf(config.get("compilerOptions"));
  const inherited = textsOf(config.get("extends"))
    .map((base) => extended(project, folder, base, depth))
    .reduce(overlaid, NONE);
  return overlaid(inherited, own(options, folder));
}

function extended(project: ProjectFiles, folder: string, base: string, depth: number): Aliases {
  // A base from a library is not here, and says nothing of this project's paths.
  if (!base.startsWith(".")) return NONE;
  const path = joinPath(folder, base);
  const file = path === undefined ? undefined : [path, `${path}.json`, `${path}/tsconfig.json`].find((one) => project.has(one));
  return file === undefined ? NONE : read(project, file, depth + 1);
}

function own(options: ReadonlyMap<string, Json>, folder: string): Aliases {
  const base = options.get("baseUrl");
  const baseUrl = typeof base === "string" ? joinPath(folder, base) : undefined;
  const paths = [...mapOf(options.get("paths"))].map(([pattern, targets]) => [pattern, textsOf(targets)] as const);
  return { baseUrl, paths, pathsFrom: baseUrl ?? folder };
}

const overlaid = (base: Aliases, over: Aliases): Aliases => ({
  baseUrl: over.baseUrl ?? base.baseUrl,
  ...(over.paths.length > 0 ? { paths: over.paths, pathsFrom: over.pathsFrom } : { paths: base.paths, pathsFrom: base.pathsFrom }),
});

export function aliasedFile(project: ProjectFiles, aliases: Aliases, specifier: string): string | undefined {
  for (const target of targetsOf(aliases, specifier)) {
    const path = joinPath(target.startsWith("/") ? "" : aliases.pathsFrom, target);
    const found = path === undefined ? undefined : sourceFile(project, path);
    if (found !== undefined) return found;
  }
  const path = aliases.baseUrl === undefined ? undefined : joinPath(aliases.baseUrl, specifier);
  return path === undefined ? undefined : sourceFile(project, path);
}

/** As TypeScript: an exact pattern first, then the one with the longest text before its `*`. */
function targetsOf({ paths }: Aliases, specifier: string): string[] {
  const exact = paths.find(([pattern]) => pattern === specifier);
  if (exact !== undefined) return [...exact[1]];
  const fitting = paths
    .map(([pattern, targets]) => ({ before: pattern.indexOf("*"), part: matched(pattern, specifier), targets }))
    .filter((one) => one.part !== undefined)
    .sort((a, b) => b.before - a.before);
  return (fitting[0]?.targets ?? []).map((target) => target.replace("*", () => fitting[0]?.part ?? ""));
}
