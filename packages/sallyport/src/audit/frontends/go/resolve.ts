// Where an import path leads: a folder of the project, a library, or the standard library.
import type { ProjectFiles, Resolved, Resolver } from "../frontend.ts";
import { type GoModule, joined, modulesOf } from "./modules.ts";
import { folderKey } from "./package-key.ts";

export function resolver(project: ProjectFiles): Resolver {
  const modules = modulesOf(project);
  const folders = packageFolders(project);
  return (fromFile, specifier) => {
    const folder = folderOf(modules, folders, fromFile, specifier);
    return folder === undefined ? library(specifier) : { kind: "package", package: folderKey(folder) };
  };
}

function packageFolders(project: ProjectFiles): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const file of project.files) if (file.endsWith(".go")) folders.add(file.slice(0, Math.max(0, file.lastIndexOf("/"))));
  return folders;
}

function folderOf(modules: readonly GoModule[], folders: ReadonlySet<string>, fromFile: string, path: string): string | undefined {
  const here = fromFile.slice(0, Math.max(0, fromFile.lastIndexOf("/")));
  if (path.startsWith("./") || path.startsWith("../")) return present(joined(here, path), folders);
  if (modules.length === 0) return guessed(folders, path);
  // Of modules with the same name (copies, examples), the one that the file is in.
  const fitting = modules.filter((each) => path === each.path || path.startsWith(`${each.path}/`));
  const own = fitting.find((each) => each.folder === "" || here === each.folder || here.startsWith(`${each.folder}/`));
  for (const each of own === undefined ? fitting : [own, ...fitting]) {
    const found = present(joined(each.folder, path.slice(each.path.length)), folders);
    if (found !== undefined) return found;
  }
  return undefined;
}

const present = (folder: string | undefined, folders: ReadonlySet<string>): string | undefined =>
  folder !== undefined && folders.has(folder) ? folder : undefined;

/** Without any go.mod, part of a module was handed over: the end of the path may name a folder of it. */
function guessed(folders: ReadonlySet<string>, path: string): string | undefined {
  const elements = path.split("/");
  if (!isHost(elements[0])) return undefined;
  for (let from = 3; from < elements.length; from++) {
    const found = present(elements.slice(from).join("/"), folders);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isHost = (element: string | undefined): boolean => element?.includes(".") === true;

/** Hosts whose libraries are `host/owner/name`; elsewhere the name follows the host. */
const OWNED = new Set([
  "github.com",
  "gitlab.com",
  "bitbucket.org",
  "codeberg.org",
  "gitea.com",
  "git.sr.ht",
  "golang.org",
  "cloud.google.com",
]);
const VERSION = /^v\d+$/;

/** The library as models name it, without its version, and the package inside it. */
export function library(path: string): Resolved {
  const elements = path.split("/");
  const [host = path, second = ""] = elements;
  if (!isHost(host)) return { kind: "library", library: path, subpath: "" };
  const length = OWNED.has(host) || (host === "gopkg.in" && !/\.v\d+/.test(second)) ? 3 : 2;
  const rest = elements.slice(length);
  return {
    kind: "library",
    library: elements.slice(0, length).join("/"),
    subpath: rest.filter((each, index) => index > 0 || !VERSION.test(each)).join("/"),
  };
}
