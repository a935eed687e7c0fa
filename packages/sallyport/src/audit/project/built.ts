// Compiled and vendored code is read where there is no source of it, since a published package has nothing else. Where
// the source is there too, the same fault would be found twice, and once in a place that nobody edits.
import { extname } from "node:path";

const BUILT = new Set(["dist", "build", "out", "target"]);
const COMPILED = /\.(?:js|cjs|mjs)$|\.d\.[cm]?ts$/;
const MANIFESTS = new Set(["package.json", "go.mod", "pyproject.toml", "setup.py"]);

export interface Sorted {
  readonly kept: readonly string[];
  /** Folder, and how many files of it were left out. */
  readonly left: ReadonlyMap<string, number>;
}

export function withoutBuilt(files: readonly string[], isSource: (file: string) => boolean): Sorted {
  const packages = new Set(
    files
      .filter((file) => MANIFESTS.has(nameOf(file)))
      .map(folderOf)
      .concat(""),
  );
  const sources = files.filter((file) => isSource(file) && builtFolderOf(file) === undefined && !/\.config\.[a-z]+$/.test(file));
  const withSource = new Set(sources.map((file) => packageOf(file, packages)));
  // `lib` is where some compile to, and where others write their sources.
  const written = new Set(sources.filter((file) => /\.[cm]?tsx?$/.test(file) && !libraryFolderOf(file)).map(stemOf));
  const kept: string[] = [];
  const left = new Map<string, number>();
  for (const file of files) {
    const folder = isSource(file) ? leftOutAs(file, (one) => withSource.has(packageOf(one, packages)), written) : undefined;
    if (folder === undefined) kept.push(file);
    else left.set(folder, (left.get(folder) ?? 0) + 1);
  }
  return { kept, left };
}

function leftOutAs(file: string, hasSource: (file: string) => boolean, written: ReadonlySet<string>): string | undefined {
  const vendored = /(?:^|\/)vendor\//.exec(file);
  if (vendored !== null && file.endsWith(".go")) return file.slice(0, vendored.index + vendored[0].length - 1);
  if (!COMPILED.test(file)) return undefined;
  const built = builtFolderOf(file);
  if (built !== undefined) return hasSource(file) ? built : undefined;
  const library = libraryFolderOf(file);
  return library !== undefined && written.has(stemOf(file)) ? library : undefined;
}

const builtFolderOf = (file: string): string | undefined => folderNamed(file, (part) => BUILT.has(part));
const libraryFolderOf = (file: string): string | undefined => folderNamed(file, (part) => part === "lib");

function folderNamed(file: string, fits: (part: string) => boolean): string | undefined {
  const parts = file.split("/");
  const index = parts.slice(0, -1).findIndex(fits);
  return index < 0 ? undefined : parts.slice(0, index + 1).join("/");
}

/** The nearest folder above it that has a manifest. */
function packageOf(file: string, packages: ReadonlySet<string>): string {
  let folder = folderOf(file);
  while (!packages.has(folder)) folder = folderOf(folder);
  return folder;
}

const folderOf = (file: string): string => file.slice(0, Math.max(0, file.lastIndexOf("/")));
const nameOf = (file: string): string => file.slice(file.lastIndexOf("/") + 1);
const stemOf = (file: string): string => nameOf(file).slice(0, -extname(file).length).replace(/\.d$/, "");
