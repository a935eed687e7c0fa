// Paths inside of the audited folder: relative, with `/`, and never out of it.

export const folderOf = (file: string): string => (file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "");

/** `undefined` when it leads out of the project. */
export function joinPath(folder: string, path: string): string | undefined {
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join("/");
}

/** The folder and those around it, innermost first; the project's own is "". */
export function* foldersUp(folder: string): Generator<string> {
  for (let here = folder; here !== ""; here = folderOf(here)) yield here;
  yield "";
}
