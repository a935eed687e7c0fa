// The Go modules of a project: what each go.mod calls itself, and what it replaces with folders of the project.
import type { ProjectFiles } from "../frontend.ts";

export interface GoModule {
  /** Import path that stands for `folder`. */
  readonly path: string;
  /** Relative, without a trailing `/`; empty for the project itself. */
  readonly folder: string;
}

const parentOf = (file: string): string => file.slice(0, Math.max(0, file.lastIndexOf("/")));

/** Longest paths first, so that the first that fits is the nearest. */
export function modulesOf(project: ProjectFiles): GoModule[] {
  const found: GoModule[] = [];
  for (const file of project.files) {
    if (file !== "go.mod" && !file.endsWith("/go.mod")) continue;
    const text = project.read(file) ?? "";
    const folder = parentOf(file);
    const path = /^\s*module\s+"?([^\s"/][^\s"]*)"?/m.exec(text)?.[1];
    if (path !== undefined) found.push({ path, folder });
    found.push(...replacements(text, folder));
  }
  return found.sort((left, right) => right.path.length - left.path.length);
}

/** `replace example.com/lib [v1.2.3] => ../lib`. */
function replacements(text: string, folder: string): GoModule[] {
  return [...text.matchAll(/^\s*(?:replace\s+)?([^\s/][^\s]*)(?:\s+v\S+)?\s+=>\s+(\.\.?(?:\/\S*)?)\s*(?:\/\/.*)?$/gm)].flatMap(
    ([, path, to]) => {
      const target = joined(folder, to ?? "");
      return path === undefined || target === undefined ? [] : [{ path, folder: target }];
    },
  );
}

/** `undefined` when it leads out of the project. */
export function joined(folder: string, relative: string): string | undefined {
  const parts = folder === "" ? [] : folder.split("/");
  for (const part of relative.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}
