// The packages that the project itself holds (npm, pnpm and yarn workspaces, and any folder with a named package.json), and
// what their `exports`, `imports` and `main` lead to.
import type { ProjectFiles } from "../frontend.ts";
import { type Json, mapOf, readJson, textsOf } from "./json.ts";
import { folderOf, foldersUp, joinPath } from "./paths.ts";
import { builtFrom, sourceFile } from "./source-files.ts";

export interface Package {
  readonly folder: string;
  readonly manifest: ReadonlyMap<string, Json>;
}

/** By name. Every package in the project counts, whether or not a workspace lists it: an import by its name means it. */
export function packagesIn(project: ProjectFiles): ReadonlyMap<string, Package> {
  const packages = new Map<string, Package>();
  for (const file of project.files) {
    if (file !== "package.json" && !file.endsWith("/package.json")) continue;
    const manifest = readJson(project, file);
    const name = manifest.get("name");
    if (typeof name === "string" && !packages.has(name)) packages.set(name, { folder: folderOf(file), manifest });
  }
  return packages;
}

/** @param subpath behind the package's name, without the slash; empty for the package itself */
export function packageFile(project: ProjectFiles, { folder, manifest }: Package, subpath: string): string | undefined {
  const exports = manifest.get("exports");
  const targets = exports === undefined ? [] : exportTargets(exports, subpath === "" ? "." : `./${subpath}`);
  const plain = subpath === "" ? mains(manifest) : [subpath, `src/${subpath}`];
  return firstFile(project, folder, [...targets, ...plain]);
}

const mains = (manifest: ReadonlyMap<string, Json>): string[] => [
  ...["source", "module", "main", "types"].flatMap((field) => textsOf(manifest.get(field))),
  "src/index",
  "index",
];

function firstFile(project: ProjectFiles, folder: string, targets: readonly string[]): string | undefined {
  for (const target of targets) {
    const path = joinPath(folder, target);
    const found = path === undefined ? undefined : builtFrom(project, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `exports` is one target, conditions, or subpaths; only keys of subpaths begin with a dot. */
function exportTargets(exports: Json, subpath: string): string[] {
  const isSubpaths = [...mapOf(exports).keys()].some((key) => key.startsWith("."));
  if (isSubpaths) return keyedTargets(mapOf(exports), subpath);
  return subpath === "." ? conditional(exports) : [];
}

function keyedTargets(table: ReadonlyMap<string, Json>, key: string): string[] {
  const exact = table.get(key);
  if (exact !== undefined) return conditional(exact);
  for (const [pattern, target] of table) {
    const part = matched(pattern, key);
    if (part !== undefined) return conditional(target).map((one) => one.replaceAll("*", () => part));
  }
  return [];
}

/** What stands for the `*` of a pattern. */
export function matched(pattern: string, text: string): string | undefined {
  const star = pattern.indexOf("*");
  if (star === -1) return undefined;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  const fits = text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
  return fits ? text.slice(before.length, text.length - after.length) : undefined;
}

/** Deeper than any real nesting of conditions. */
const MOST_CONDITIONS = 8;

/** Every target that some condition gives, as written; types last, since they hold no code. */
function conditional(target: Json, depth = 0): string[] {
  if (typeof target === "string") return [target];
  if (depth > MOST_CONDITIONS || typeof target !== "object" || target === null) return [];
  if (Array.isArray(target)) return target.flatMap((one: Json) => conditional(one, depth + 1));
  const entries = [...mapOf(target)];
  return [...entries.filter(([condition]) => condition !== "types"), ...entries.filter(([condition]) => condition === "types")].flatMap(
    ([, one]) => conditional(one, depth + 1),
  );
}

/** `#name`, by the `imports` of the package around the file. A target may be a library, which is given back as it is. */
export function importTarget(
  project: ProjectFiles,
  fromFile: string,
  specifier: string,
): { readonly file?: string; readonly library?: string } {
  for (const folder of foldersUp(folderOf(fromFile))) {
    const manifest = readJson(project, joinPath(folder, "package.json") ?? "");
    if (manifest.size === 0) continue;
    const targets = keyedTargets(mapOf(manifest.get("imports")), specifier);
    const file = firstFile(
      project,
      folder,
      targets.filter((target) => target.startsWith(".")),
    );
    const library = targets.find((target) => !target.startsWith("."));
    return { ...(file === undefined ? {} : { file }), ...(library === undefined ? {} : { library }) };
  }
  return {};
}

/** A path within the project: a file, a folder with a package.json of its own (`../other-package`), or what is built to it. */
export function pathFile(project: ProjectFiles, path: string): string | undefined {
  const found = sourceFile(project, path);
  if (found !== undefined) return found;
  const manifest = readJson(project, joinPath(path, "package.json") ?? "");
  return manifest.size === 0 ? builtFrom(project, path) : packageFile(project, { folder: path, manifest }, "");
}
