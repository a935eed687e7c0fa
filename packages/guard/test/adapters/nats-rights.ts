// The rights of users of NATS that docs/adapters/nats.md lists, read from there.
import { readFileSync } from "node:fs";

const PAGE = readFileSync(new URL("../../../../docs/adapters/nats.md", import.meta.url), "utf8");

/** A block of a server's configuration, with this password for all, and beside them a user who may do everything. */
export function authorizationWith(password: string): string {
  const block = /^authorization \{\n.*?^\}$/ms.exec(PAGE)?.[0];
  if (block === undefined) throw new Error("docs/adapters/nats.md lists no rights for NATS");
  return block.replaceAll('"…"', `"${password}"`).replace("users = [", `users = [ { user: admin, password: "${password}" }`);
}
