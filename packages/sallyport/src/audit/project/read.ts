// Reads a project from disk: which files there are, and their text. It runs nothing and follows nothing out of the
// folder. What it does not read it names, with why.
import { realpathSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve, sep } from "node:path";
import type { ProjectFiles, SourceText } from "../frontends/frontend.ts";
import { AuditError, reasonOf } from "../failure.ts";
import { withoutBuilt } from "./built.ts";
import { foreignIn } from "./foreign.ts";
import type { NotRead } from "./not-read.ts";
import { readText } from "./text.ts";
import { walk } from "./walk.ts";

export interface Project {
  readonly root: string;
  readonly files: ProjectFiles;
  readonly notRead: NotRead[];
  /** `undefined` when it cannot be read; said in `notRead`, once. */
  text(file: string): SourceText | undefined;
  /** The same, but nothing is said or counted: for whoever looks at what others answer for. */
  glance(file: string): string | undefined;
  /** Named as not read, once; without a reason, for the reason that its text cannot be had. */
  refuse(file: string, why?: string): void;
}

/** Of all sources together. Beyond it, files are named as not read. */
const MOST_TOTAL_BYTES = 256 * 1024 * 1024;
/** A manifest or a compiler's configuration. */
const MOST_CONFIGURATION = 1024 * 1024;

/** Several paths are one program. */
export function readProject(paths: string | readonly string[], extensions: ReadonlySet<string>, within?: string): Project {
  const starts = [paths].flat().map(located);
  const root = rootOf(starts, within);
  const isSource = (file: string): boolean => extensions.has(extname(file).toLowerCase());
  const { files, notRead } = walk(root, starts, isSource);
  const { kept, left } = withoutBuilt(files, isSource);
  for (const [folder, count] of left)
    notRead.push({ file: folder, why: `${count} built or vendored ${count === 1 ? "file" : "files"}: their source is what counts` });
  const sorted = kept.toSorted();
  notRead.push(...foreignIn(sorted));
  return projectOf(root, sorted, notRead);
}

/** What findings' files are relative to: the folder given for that, else the nearest that holds all paths. */
export function rootOf(paths: readonly string[], within?: string): string {
  const common = commonFolder(paths.map(located));
  if (within === undefined) return common;
  const root = located(within);
  if (commonFolder([root, common]) === root) return root;
  throw new AuditError("ERR_AUDIT_PATH", "a path is not below the root", { place: within, remedy: "Give a root that holds all paths." });
}

function located(path: string): string {
  try {
    return realpathSync(resolve(path));
  } catch (error) {
    throw new AuditError("ERR_AUDIT_PATH", `there is no such path (${reasonOf(error)})`, {
      place: path,
      remedy: "Give a folder or file that exists, npm:NAME@VERSION, or the URL of a git repository.",
    });
  }
}

function commonFolder(starts: readonly string[]): string {
  const [first = resolve("."), ...others] = starts.map((path) => (statSync(path).isDirectory() ? path : dirname(path)));
  return others.reduce((common, path) => {
    let folder = common;
    while (path !== folder && !path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) folder = dirname(folder);
    return folder;
  }, first);
}

function projectOf(root: string, files: readonly string[], notRead: NotRead[]): Project {
  const set = new Set(files);
  const configuration = new Map<string, string | undefined>();
  const faulty = new Set<string>();
  let total = 0;
  const refuse = (file: string, why: string): undefined => {
    if (!faulty.has(file)) notRead.push({ file, why });
    faulty.add(file);
    return undefined;
  };
  const read = (file: string): string | undefined => {
    if (!set.has(file)) return undefined;
    if (!configuration.has(file)) {
      const found = readText(join(root, file));
      if ("why" in found) refuse(file, found.why);
      else if (found.bytes > MOST_CONFIGURATION) refuse(file, `larger than ${MOST_CONFIGURATION / 1024} KiB, for a file of configuration`);
      configuration.set(file, "why" in found || found.bytes > MOST_CONFIGURATION ? undefined : found.text);
    }
    return configuration.get(file);
  };
  const text = (file: string): SourceText | undefined => {
    const found = readText(join(root, file));
    if ("why" in found) return refuse(file, found.why);
    total += found.bytes;
    if (total > MOST_TOTAL_BYTES) return refuse(file, `all sources together are larger than ${MOST_TOTAL_BYTES / 1024 / 1024} MiB`);
    return { file, text: found.text };
  };
  const glance = (file: string): string | undefined => {
    const found = readText(join(root, file));
    return "why" in found ? undefined : found.text;
  };
  const refuseFor = (file: string, why?: string): void => void (why === undefined ? text(file) : refuse(file, why));
  return { root, notRead, glance, refuse: refuseFor, files: { name: basename(root), files, has: (file) => set.has(file), read }, text };
}
