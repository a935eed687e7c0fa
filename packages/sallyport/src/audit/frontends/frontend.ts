// What a language must bring: how its files are read into the IR, and how its imports are resolved.
import type { Language, Module } from "../ir/ir.ts";

/** One file of the audited project. */
export interface SourceText {
  /** Relative to the audited folder, with `/`. */
  readonly file: string;
  readonly text: string;
}

/** Read once for the whole project: what import resolution needs to know of it. */
export interface ProjectFiles {
  /** Of the folder that is audited, which may be a package that is imported by it. */
  readonly name?: string;
  /** Every file that was listed, relative. */
  has(file: string): boolean;
  /** Text of a small configuration file (tsconfig.json, package.json, go.mod, pyproject.toml); `undefined` when absent or unreadable. */
  read(file: string): string | undefined;
  /** Every listed file, sorted. */
  readonly files: readonly string[];
}

/** Where an import leads. */
export type Resolved =
  | { readonly kind: "file"; readonly file: string }
  /** Go: all files of the package; the same key as in `Module.package`. */
  | { readonly kind: "package"; readonly package: string }
  /** A library: its name as models know it, and what stands behind it in the specifier (`@scope/name`, `rest/of/path`). */
  | { readonly kind: "library"; readonly library: string; readonly subpath: string };

export interface Frontend {
  readonly language: Language;
  /** With the dot, lower case. */
  readonly extensions: readonly string[];
  /** Called once, before anything is lowered: loads the parser. */
  prepare(): Promise<void>;
  /** Never throws for what the file holds: syntax errors are named, and what could be read is lowered. */
  lower(source: SourceText): Lowered;
  /** Made once for a project. */
  resolver(project: ProjectFiles): Resolver;
}

export type Resolver = (fromFile: string, specifier: string) => Resolved;

export interface Lowered {
  readonly module: Module;
  /** Places that could not be read; the whole file when it has no module body. */
  readonly faults: readonly { readonly line: number; readonly what: string }[];
}
