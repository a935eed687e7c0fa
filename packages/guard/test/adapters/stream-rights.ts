// The rights of users of Redis that docs/adapters/redis.md lists, read from there.
import { readFileSync } from "node:fs";

const PAGE = readFileSync(new URL("../../../../docs/adapters/redis.md", import.meta.url), "utf8");

/** What follows the password. */
export function rightsOf(user: "publisher" | "worker" | "reader"): readonly string[] {
  const rights = new RegExp(`^ACL SETUSER ${user} +on >… (.+)$`, "m").exec(PAGE)?.[1];
  if (rights === undefined) throw new Error(`docs/adapters/redis.md lists no rights of a ${user}`);
  return rights.split(" ");
}
