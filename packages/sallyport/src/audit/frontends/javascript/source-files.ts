// Which source file a path without certainty means: extensions left out or of the compiled file, folders, compiled folders.
import type { ProjectFiles } from "../frontend.ts";

const EXTENSIONS = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".d.ts"];
/** The sources that a compiled file may come from, before the file itself: sources say more. */
const SOURCES = new Map([
  [".js", [".ts", ".tsx", ".js", ".jsx"]],
  [".jsx", [".tsx", ".jsx"]],
  [".mjs", [".mts", ".mjs"]],
  [".cjs", [".cts", ".cjs"]],
]);
const OUTPUT_FOLDERS = /(^|\/)(?:dist|build|lib|out|output)\/(?:(?:esm|cjs|es|src)\/)?/;

export function sourceFile(project: ProjectFiles, path: string): string | undefined {
  return asFile(project, path) ?? asIndex(project, path);
}

function asFile(project: ProjectFiles, path: string): string | undefined {
  const extension = /\.[cm]?jsx?$/.exec(path)?.[0] ?? "";
  const stem = path.slice(0, path.length - extension.length);
  const named = (SOURCES.get(extension) ?? [""]).map((source) => stem + source);
  return [...named, ...EXTENSIONS.map((one) => path + one)].find((file) => project.has(file) && isSource(file));
}

const isSource = (file: string): boolean => /\.[cm]?[jt]sx?$/.test(file);

function asIndex(project: ProjectFiles, path: string): string | undefined {
  const folder = path === "" ? "" : `${path}/`;
  return EXTENSIONS.map((extension) => `${folder}index${extension}`).find((file) => project.has(file));
}

/** A package names what it is built to, `dist/index.js`; the audit reads what it is built from, `src/index.ts`. */
export function builtFrom(project: ProjectFiles, path: string): string | undefined {
  const exact = sourceFile(project, path);
  if (exact !== undefined && !exact.endsWith(".d.ts")) return exact;
  const bare = path.replace(/\.d\.([cm]?)ts$/, ".$1js");
  const guesses = ["src/", ""].map((folder) => bare.replace(OUTPUT_FOLDERS, `$1${folder}`));
  for (const guess of guesses) {
    const found = sourceFile(project, guess);
    if (found !== undefined) return found;
  }
  return exact;
}
