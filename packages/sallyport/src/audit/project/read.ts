// Reads a project from disk: which files there are, and their text. It runs nothing and follows nothing out of the
// folder. What it does not read it names, with why.
import { type Dirent, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import type { ProjectFiles, SourceText } from "../frontends/frontend.ts";

export interface NotRead {
  readonly file: string;
  readonly why: string;
}

export interface Project {
  readonly root: string;
  readonly files: ProjectFiles;
  readonly notRead: NotRead[];
  /** `undefined` when it cannot be read; said in `notRead`. */
  text(file: string): SourceText | undefined;
}

const SKIPPED = new Set([
  "node_modules",
  ".git",
  ".hg",
  ".svn",
  "__pycache__",
  ".venv",
  "venv",
  ".tox",
  ".mypy_cache",
  ".pytest_cache",
  "site-packages",
  ".next",
  ".turbo",
  ".cache",
  "coverage",
  ".idea",
  ".vscode",
]);
/** Built from sources that stand beside them. */
const BUILT = new Set(["dist", "build", "out", "lib", "target", "vendor"]);
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_FILES = 50_000;
const MOST_DEPTH = 40;

export function readProject(root: string, extensions: ReadonlySet<string>): Project {
  const notRead: NotRead[] = [];
  const files: string[] = [];
  const base = realpathSync(root);
  if (statSync(base).isFile()) return singleFile(base, notRead);
  const seen = new Set<string>();
  walk(base, base, 0, { files, notRead, seen });
  const kept = withoutBuilt(files, extensions, notRead).sort();
  return projectOf(base, kept, notRead);
}

function singleFile(path: string, notRead: NotRead[]): Project {
  const folder = join(path, "..");
  return projectOf(folder, [relative(folder, path)], notRead);
}

function projectOf(root: string, files: readonly string[], notRead: NotRead[]): Project {
  const set = new Set(files);
  const configuration = new Map<string, string | undefined>();
  const read = (file: string): string | undefined => {
    if (!configuration.has(file)) configuration.set(file, set.has(file) ? textOf(join(root, file)).text : undefined);
    return configuration.get(file);
  };
  return {
    root,
    notRead,
    files: { files, has: (file) => set.has(file), read },
    text: (file) => {
      const { text, why } = textOf(join(root, file));
      if (why !== undefined) notRead.push({ file, why });
      return text === undefined ? undefined : { file, text };
    },
  };
}

interface Found {
  readonly files: string[];
  readonly notRead: NotRead[];
  readonly seen: Set<string>;
}

function walk(root: string, folder: string, depth: number, found: Found): void {
  const name = relative(root, folder).split(sep).join("/");
  if (depth > MOST_DEPTH) return void found.notRead.push({ file: name, why: `folders are nested more than ${MOST_DEPTH} deep` });
  let entries: readonly Dirent[];
  try {
    // By its real name once, so that links cannot lead in a circle.
    const real = realpathSync(folder);
    if (found.seen.has(real)) return;
    found.seen.add(real);
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    return void found.notRead.push({ file: name === "" ? "." : name, why: `the folder cannot be read (${codeOf(error)})` });
  }
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    if (found.files.length >= MOST_FILES) return void found.notRead.push({ file: name, why: `there are more than ${MOST_FILES} files` });
    visit(root, join(folder, entry.name), entry, depth, found);
  }
}

function visit(root: string, path: string, entry: Dirent, depth: number, found: Found): void {
  const file = relative(root, path).split(sep).join("/");
  if (entry.isSymbolicLink()) {
    const target = targetOf(path);
    if (target === undefined) return void found.notRead.push({ file, why: "a link that leads nowhere" });
    if (target.path !== root && !target.path.startsWith(root + sep))
      return void found.notRead.push({ file, why: "a link that leads out of the project" });
    if (target.folder) walk(root, path, depth + 1, found);
    // The file itself is met under its own name.
    return;
  }
  if (entry.isDirectory()) {
    if (!SKIPPED.has(entry.name) && !entry.name.endsWith(".egg-info")) walk(root, path, depth + 1, found);
  } else if (entry.isFile()) found.files.push(file);
}

function targetOf(path: string): { readonly path: string; readonly folder: boolean } | undefined {
  try {
    const real = realpathSync(path);
    return { path: real, folder: lstatSync(real).isDirectory() };
  } catch {
    return undefined;
  }
}

/** Compiled code is read where there is no source of it. */
function withoutBuilt(files: readonly string[], extensions: ReadonlySet<string>, notRead: NotRead[]): string[] {
  const isSource = (file: string): boolean => extensions.has(extname(file).toLowerCase());
  const isBuilt = (file: string): boolean =>
    file
      .split("/")
      .slice(0, -1)
      .some((part) => BUILT.has(part));
  const hasSource = files.some((file) => isSource(file) && !isBuilt(file) && !/\.config\.[a-z]+$/.test(file));
  if (!hasSource) return [...files];
  const kept: string[] = [];
  const left = new Map<string, number>();
  for (const file of files) {
    const built =
      isSource(file) && isBuilt(file) && (file.split("/")[0] === "vendor" || /\.(js|cjs|mjs)$/.test(file) || file.endsWith(".d.ts"));
    if (!built) kept.push(file);
    else {
      const folder = file.slice(0, file.split("/").findIndex((part) => BUILT.has(part)) === 0 ? file.indexOf("/") : file.lastIndexOf("/"));
      left.set(folder, (left.get(folder) ?? 0) + 1);
    }
  }
  for (const [folder, count] of left) notRead.push({ file: folder, why: `${count} built or vendored files: their source is what counts` });
  return kept;
}

function textOf(path: string): { readonly text?: string; readonly why?: string } {
  let bytes: Buffer;
  try {
    const { size } = statSync(path);
    if (size > MOST_BYTES) return { why: `larger than ${MOST_BYTES / 1024 / 1024} MiB (${(size / 1024 / 1024).toFixed(1)} MiB)` };
    bytes = readFileSync(path);
  } catch (error) {
    return { why: `it cannot be read (${codeOf(error)})` };
  }
  return decode(bytes);
}

export function decode(bytes: Uint8Array): { readonly text?: string; readonly why?: string } {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return { text: new TextDecoder("utf-16le").decode(bytes) };
  if (first === 0xfe && second === 0xff) return { text: new TextDecoder("utf-16be").decode(bytes) };
  if (bytes.subarray(0, 8192).includes(0)) return { why: "it is not text" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { text: new TextDecoder("latin1").decode(bytes) };
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "unknown error");
