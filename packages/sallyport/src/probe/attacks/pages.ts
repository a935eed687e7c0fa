// The page of each attack, which stands beside it.
import { existsSync, readFileSync } from "node:fs";

export function pageOf(id: string): string | undefined {
  const page = new URL(`${id}/attack.md`, import.meta.url);
  return existsSync(page) ? readFileSync(page, "utf8") : undefined;
}
