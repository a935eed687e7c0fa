// The repository's own files, as paths relative to its root. Works on a plain copy as well as on a clone.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..", "..");
const SKIPPED = new Set(["node_modules", ".git", "dist", "coverage"]);
const TEXT = /\.(?:ts|js|mjs|cjs|json|jsonc|md|ya?ml|toml|sh|txt|html|css|sql)$|(?:^|\/)(?:LICENSE|run|\.gitignore)$/;

export function listFiles(folder = ""): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : listFiles(path);
    return entry.isFile() ? [path] : [];
  });
}

export const readText = (path: string): string => readFileSync(join(ROOT, path), "utf8");

export const isText = (path: string): boolean => TEXT.test(path);

export const isSource = (path: string): boolean => /^packages\/[^/]+\/src\/.+\.ts$/.test(path);
