// Where an import leads: to a file of the project, or to a library. What is not in the project is a library, whatever it is.
import { isBuiltin } from "node:module";
import type { ProjectFiles, Resolved, Resolver } from "../frontend.ts";
import { type Package, pathFile, importTarget, packageFile, packagesIn } from "./packages.ts";
import { folderOf, joinPath } from "./paths.ts";
import { aliasedFile, aliasesIn } from "./tsconfig.ts";

export function resolverOf(project: ProjectFiles): Resolver {
  const packages = packagesIn(project);
  const aliases = aliasesIn(project);
  const known = new Map<string, Resolved>();
  return (fromFile, specifier) => {
    const folder = folderOf(fromFile);
    const key = `${folder}\n${specifier}`;
    let found = known.get(key);
    if (found === undefined) {
      const file = fileOf(project, packages, aliases(folder), fromFile, specifier);
      found = typeof file === "string" ? { kind: "file", file } : (file ?? libraryOf(specifier));
      known.set(key, found);
    }
    return found;
  };
}

function fileOf(
  project: ProjectFiles,
  packages: ReadonlyMap<string, Package>,
  aliases: ReturnType<ReturnType<typeof aliasesIn>>,
  fromFile: string,
  specifier: string,
): string | Resolved | undefined {
  if (specifier.startsWith("node:")) return undefined;
  const plain = withoutQuery(specifier);
  if (/^\.{0,2}\//.test(plain) || plain === "." || plain === "..") return relative(project, fromFile, plain);
  for (const one of aliases) {
    const file = aliasedFile(project, one, plain);
    if (file !== undefined) return file;
  }
  if (plain.startsWith("#")) return imported(project, packages, fromFile, plain);
  return isBuiltin(plain) ? undefined : workspaceFile(project, packages, plain);
}

/** `./x?raw`, `./x#y`: what loaders read behind a path. `#x` is a name of its own. */
const withoutQuery = (specifier: string): string => specifier.replace(/(?<=.)[?#].*$/, "");

function relative(project: ProjectFiles, fromFile: string, specifier: string): string | undefined {
  const path = joinPath(specifier.startsWith("/") ? "" : folderOf(fromFile), specifier);
  return path === undefined ? undefined : pathFile(project, path);
}

function imported(
  project: ProjectFiles,
  packages: ReadonlyMap<string, Package>,
  fromFile: string,
  specifier: string,
): string | Resolved | undefined {
  const { file, library } = importTarget(project, fromFile, specifier);
  if (file !== undefined || library === undefined) return file;
  return workspaceFile(project, packages, library) ?? libraryOf(library);
}

function workspaceFile(project: ProjectFiles, packages: ReadonlyMap<string, Package>, specifier: string): string | undefined {
  const { library, subpath } = splitSpecifier(specifier);
  const found = packages.get(library);
  return found && packageFile(project, found, subpath);
}

/** `@scope/name/rest/of/path` into name and path. */
function splitSpecifier(specifier: string): { readonly library: string; readonly subpath: string } {
  const parts = specifier.split("/");
  const size = specifier.startsWith("@") ? 2 : 1;
  return { library: parts.slice(0, size).join("/"), subpath: parts.slice(size).join("/") };
}

function libraryOf(specifier: string): Resolved {
  // A relative path that leads to no file keeps its name whole.
  if (specifier.startsWith(".") || specifier.startsWith("/")) return { kind: "library", library: specifier, subpath: "" };
  return { kind: "library", ...splitSpecifier(specifier.replace(/^(?:node|npm|jsr):/, "").replace(/(?<=[^/])@[\d^~][^/]*/, "")) };
}
