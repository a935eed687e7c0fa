// Where an import leads: a file of the project, or a library. Python looks along a path that only its start-up knows, so the
// likely roots are tried: what holds the importing file's package, then the folders that are packaged.
import type { ProjectFiles, Resolved, Resolver } from "../frontend.ts";
import { libraryLength } from "./namespaces.ts";

const PACKAGED = new Set(["pyproject.toml", "setup.py", "setup.cfg"]);

export function pythonResolver(project: ProjectFiles): Resolver {
  const packaged = packagedRoots(project);
  const depends = dependencies(project);
  const rootsOf = remembered((folder: string) => [...new Set([...ownRoots(project, folder), ...packaged])]);
  return (fromFile, specifier) => {
    const folder = folderOf(fromFile);
    if (specifier.startsWith(".")) return relative(project, folder, specifier);
    const path = specifier.replaceAll(".", "/");
    for (const root of rootsOf(folder)) {
      const file = moduleAt(project, join(root, path));
      if (file === undefined) continue;
      // A file named as a library that it, or its neighbour in a folder that may be a package, uses: the library is meant.
      const isNeighbour = root === folder && folder !== "" && !packaged.includes(root);
      if (file !== fromFile && !(isNeighbour && depends(specifier))) return { kind: "file", file };
    }
    return itself(project, specifier, depends) ?? library(specifier);
  };
}

/** The audited folder may be a package, or the `src` that some import as one, and what it imports of itself begins with its name. */
function itself(project: ProjectFiles, specifier: string, depends: (specifier: string) => boolean): Resolved | undefined {
  const [first, ...rest] = specifier.split(".");
  if (first !== project.name || depends(specifier) || !(first === "src" || project.has("__init__.py"))) return undefined;
  const file = moduleAt(project, rest.join("/"));
  return file === undefined ? undefined : { kind: "file", file };
}

function relative(project: ProjectFiles, folder: string, specifier: string): Resolved {
  const dots = /^\.+/.exec(specifier)?.[0].length ?? 1;
  const rest = specifier.slice(dots).replaceAll(".", "/");
  const parts = folder === "" ? [] : folder.split("/");
  const base = parts.slice(0, Math.max(0, parts.length - (dots - 1))).join("/");
  const isAbove = dots - 1 > parts.length;
  const file = isAbove ? undefined : moduleAt(project, rest === "" ? base : join(base, rest));
  return file === undefined ? { kind: "library", library: specifier, subpath: "" } : { kind: "file", file };
}

function moduleAt(project: ProjectFiles, path: string): string | undefined {
  const candidates = path === "" ? ["__init__.py"] : [`${path}/__init__.py`, `${path}.py`];
  return candidates.find((file) => project.has(file));
}

/** `google.cloud.pubsub_v1.types` is of the library `google.cloud.pubsub_v1`. */
function library(specifier: string): Resolved {
  const parts = specifier.split(".");
  const length = libraryLength(parts);
  return { kind: "library", library: parts.slice(0, length).join("."), subpath: parts.slice(length).join("/") };
}

/** From the importing file upwards: every folder that is not itself a package, and the `src` in it. */
function ownRoots(project: ProjectFiles, folder: string): string[] {
  const roots: string[] = [];
  for (let current: string | undefined = folder; current !== undefined; current = parentOf(current)) {
    if (!project.has(join(current, "__init__.py"))) roots.push(current);
    roots.push(join(current, "src"));
  }
  return roots;
}

function packagedRoots(project: ProjectFiles): string[] {
  const folders = project.files.filter((file) => PACKAGED.has(file.slice(file.lastIndexOf("/") + 1))).map(folderOf);
  return folders.flatMap((folder) => [join(folder, "src"), folder]);
}

const DECLARED_IN = /(?:^|\/)(?:pyproject\.toml|requirements[^/]*\.txt|setup\.(?:py|cfg))$/;

/** Whether a library of that name is declared: `paho` by `paho-mqtt`, `nats` by `nats-py`. */
function dependencies(project: ProjectFiles): (specifier: string) => boolean {
  let names: Set<string> | undefined;
  return (specifier) => {
    names ??= new Set(project.files.filter((file) => DECLARED_IN.test(file)).flatMap((file) => declaredIn(project.read(file) ?? "")));
    return names.has(specifier.split(".", 1)[0] ?? "");
  };
}

/** At the start of a line or a string: a requirement's name, and the part of it before the first dash. */
function declaredIn(text: string): string[] {
  const requirements = text.matchAll(/(?:^|["'])[ \t]*([\w.-]+)[ \t]*(?:\[[\w, -]*\])?[ \t]*(?:[<>=~!;"'@]|$)/gm);
  return Array.from(requirements, ([, name = ""]) => name.toLowerCase().replaceAll(/[.-]/g, "_")).flatMap((name) => [
    name,
    name.split("_", 1)[0] ?? name,
  ]);
}

const folderOf = (file: string): string => (file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "");
const parentOf = (folder: string): string | undefined => (folder === "" ? undefined : folderOf(folder));
const join = (folder: string, name: string): string => (folder === "" ? name : `${folder}/${name}`);

function remembered<Value>(make: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, Value>();
  return (key) => {
    const value = known.get(key) ?? make(key);
    known.set(key, value);
    return value;
  };
}
