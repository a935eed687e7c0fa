// Packages that are only a prefix, shared by many libraries: a library's name is what stands after them.
const NAMESPACES = new Set(["google", "google.cloud", "azure", "azure.storage", "azure.mgmt", "azure.ai"]);

export const isNamespace = (name: string): boolean => NAMESPACES.has(name);

/** How many components of a dotted name make the library's name. */
export function libraryLength(parts: readonly string[]): number {
  let length = 1;
  while (length < parts.length && NAMESPACES.has(parts.slice(0, length).join("."))) length++;
  return length;
}
