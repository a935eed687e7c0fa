// Which files there are below some paths. Links are not followed: what they lead to in the project is met under its own
// name, and what lies outside is not of the project. Every folder that is left out is named.
import { type Dirent, type Dir, lstatSync, opendirSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { reasonOf } from "../failure.ts";
import type { NotRead } from "./not-read.ts";

export const MOST_FILES = 50_000;
const MOST_ENTRIES = 1_000_000;
const MOST_DEPTH = 60;

/** Somebody else's code, or nobody's; and why it is not read. */
const SKIPPED: ReadonlyMap<string, string> = new Map([
  ...["node_modules", "site-packages", ".venv", "venv", ".tox", ".yarn", "bower_components"].map(
    (name) => [name, "installed libraries: what they do is known from models"] as const,
  ),
  ...["__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".next", ".nuxt", ".turbo", ".cache", ".parcel-cache"].map(
    (name) => [name, "a cache, made from the sources"] as const,
  ),
  ...["coverage", ".nyc_output", ".stryker-tmp"].map((name) => [name, "reports of test runs"] as const),
  ...[".idea", ".vscode"].map((name) => [name, "settings of an editor"] as const),
]);
/** The history is not the project, and every one has it: not worth a word. */
const UNSPOKEN = new Set([".git", ".hg", ".svn"]);

export interface Walked {
  readonly files: string[];
  readonly notRead: NotRead[];
}

interface Walk extends Walked {
  readonly root: string;
  readonly wanted: (file: string) => boolean;
  readonly skipped: Map<string, string[]>;
  entries: number;
  full: boolean;
}

/** @param starts absolute real paths at or below the root. */
export function walk(root: string, starts: readonly string[], wanted: (file: string) => boolean): Walked {
  const state: Walk = { root, wanted, files: [], notRead: [], skipped: new Map(), entries: 0, full: false };
  for (const start of starts) {
    if (statSync(start).isDirectory()) folder(state, start, 0);
    else state.files.push(named(root, start));
  }
  for (const [name, folders] of state.skipped) {
    const more = folders.length === 1 ? "" : ` (and ${folders.length - 1} more folders of this name)`;
    state.notRead.push({ file: folders[0]!, why: `${SKIPPED.get(name)!}${more}` });
  }
  return { files: [...new Set(state.files)], notRead: state.notRead };
}

function folder(state: Walk, path: string, depth: number): void {
  const file = named(state.root, path);
  if (depth > MOST_DEPTH) return void state.notRead.push({ file, why: `folders are nested more than ${MOST_DEPTH} deep` });
  const entries = entriesOf(state, path, file);
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    if (state.full) return;
    visit(state, join(path, entry.name), entry, depth);
  }
}

/** One by one, so that a folder of a hundred million names is not read into memory. */
function entriesOf(state: Walk, path: string, file: string): readonly Dirent[] {
  const entries: Dirent[] = [];
  let open: Dir | undefined;
  try {
    open = opendirSync(path);
    for (let entry = open.readSync(); entry !== null; entry = open.readSync()) {
      if (++state.entries > MOST_ENTRIES) {
        fill(state, file, `there are more than ${MOST_ENTRIES} files and folders`);
        break;
      }
      entries.push(entry);
    }
  } catch (error) {
    state.notRead.push({ file, why: `the folder cannot be read (${reasonOf(error)})` });
  } finally {
    open?.closeSync();
  }
  return entries;
}

function visit(state: Walk, path: string, entry: Dirent, depth: number): void {
  const file = named(state.root, path);
  if (entry.isSymbolicLink()) {
    const why = whyNotFollowed(state, path);
    if (why !== undefined) state.notRead.push({ file, why });
  } else if (entry.isDirectory()) {
    if (SKIPPED.has(entry.name)) state.skipped.set(entry.name, [...(state.skipped.get(entry.name) ?? []), file]);
    else if (!UNSPOKEN.has(entry.name)) folder(state, path, depth + 1);
  } else if (entry.isFile()) {
    if (state.files.length >= MOST_FILES)
      fill(state, file, `there are more than ${MOST_FILES} files; this one and what follows is not read`);
    else state.files.push(file);
  } else if (state.wanted(file)) state.notRead.push({ file, why: "it is neither file nor folder" });
}

function fill(state: Walk, file: string, why: string): void {
  if (!state.full) state.notRead.push({ file, why });
  state.full = true;
}

/** `undefined`: nothing is lost by it. */
function whyNotFollowed({ root, wanted }: Walk, path: string): string | undefined {
  try {
    const real = realpathSync(path);
    const isFolder = lstatSync(real).isDirectory();
    if (!isFolder && !wanted(path)) return undefined;
    if (real !== root && !real.startsWith(root + sep)) return "a link that leads out of the project";
    if (isFolder && (dirname(path) + sep).startsWith(real + sep)) return "a link to a folder that holds it";
    const parts = relative(root, real).split(sep);
    return parts.some((part) => SKIPPED.has(part) || UNSPOKEN.has(part)) ? "a link into a folder that is not read" : undefined;
  } catch (error) {
    return `a link that leads nowhere (${reasonOf(error)})`;
  }
}

const named = (root: string, path: string): string => relative(root, path).split(sep).join("/") || ".";
