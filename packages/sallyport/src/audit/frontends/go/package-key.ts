// Which files share a scope. The key is a folder and not an import path: two modules of a project may bear one name, and a
// file alone does not know its module.

/** Of `package name` in this file: the folder; programs and outside tests, which nobody imports, apart from what they lie beside. */
export function packageKey(file: string, name: string): string {
  const folder = folderKey(file.slice(0, Math.max(0, file.lastIndexOf("/"))));
  return name === "main" || name.endsWith("_test") ? `${folder}#${name}` : folder;
}

/** The key of the package that others import from this folder. */
export const folderKey = (folder: string): string => (folder === "" ? "." : folder);
