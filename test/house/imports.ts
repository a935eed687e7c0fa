// Which module imports which, read from the sources.
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface Import {
  /** Path from the repository's root. */
  readonly from: string;
  /** Likewise for files of the repo; else the package's or built-in's name. */
  readonly to: string;
  readonly isType: boolean;
}

export const sourcesOf = (pattern: string): readonly string[] => globSync(pattern, { cwd: ROOT }).toSorted();

export function importsOf(file: string): readonly Import[] {
  const { module } = parseSync(file, readFileSync(join(ROOT, file), "utf8"));
  const imports = module.staticImports.map((found) => ({
    name: found.moduleRequest.value,
    isType: found.entries.every((entry) => entry.isType) && found.entries.length > 0,
  }));
  const exports = module.staticExports.flatMap((found) =>
    found.entries.flatMap((entry) => (entry.moduleRequest ? [{ name: entry.moduleRequest.value, isType: entry.isType }] : [])),
  );
  return [...imports, ...exports].map(({ name, isType }) => ({
    from: file,
    to: name.startsWith(".") ? relative(ROOT, join(ROOT, dirname(file), name)) : name,
    isType,
  }));
}
