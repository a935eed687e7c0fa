// Who a token, or the one user of stdio, is to the guard.
import type { Principal } from "@sallyport/guard";
import { fault, type Node } from "./document.ts";
import { isPrincipalName } from "../principal-name.ts";
import { members, optional, required, text, texts } from "./fields.ts";

export const PRINCIPAL_KEYS = ["principal", "tenant", "scopes"] as const;

export function readPrincipal(node: Node): Principal {
  return principalFrom(members(node, PRINCIPAL_KEYS, "stdio"), node);
}

export function principalFrom(member: (name: string) => Node | undefined, within: Node): Principal {
  return {
    id: nameOf(required(member("principal"), "principal", within)),
    ...optional("tenant", member("tenant"), tenant),
    ...optional("scopes", member("scopes"), (scopes) => texts(scopes, "scopes")),
  };
}

function nameOf(node: Node): string {
  const given = text(node, "principal");
  if (isPrincipalName(given)) return given;
  throw fault(node.at, "not a principal", "Use 1 to 256 printable characters.");
}

function tenant(node: Node): string {
  const name = text(node, "tenant");
  if (/^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/.test(name)) return name;
  throw fault(node.at, "not a tenant", "Use 1 to 63 letters, digits and '-', beginning with a letter or digit.");
}
