// One defence, or several that stand behind each other, taken out of our own server and worker, and what the probe must
// then prove from outside: these threats, and no others.
import { type Edit, removal, type Removal } from "../defences/removal.ts";
import { REMOVALS } from "../defences/table.ts";

export interface Opening {
  readonly letsIn: string;
  /** All that can be seen from outside then. More than one where they look alike there, or one defence keeps both out. */
  readonly threats: readonly string[];
  readonly edits: readonly Edit[];
  /** Attacks of these threats, and some that must be withstood all the same. */
  readonly attacks: readonly string[];
  /** A subject of packages/sallyport/test/probe, by name. Default `ours`, on the embedded broker. */
  readonly subject?: string;
}

export const FRONT = ["made-up-action", "free-payload", "chosen-destination", "client-key"];
export const BEHIND = ["moved-message", "foreign-type", "forged-message", "lost-on-failure"];

export const open = (
  threats: readonly string[],
  letsIn: string,
  attacks: readonly string[],
  edits: readonly Edit[],
  subject?: string,
): Opening => ({ threats, letsIn, attacks: [...new Set(attacks)], edits, ...(subject !== undefined && { subject }) });

/** The edits of a removal that scripts/defences/ has, by what it says that it lets in. */
export function as(letsIn: string): readonly Edit[] {
  const found: Removal | undefined = REMOVALS.find((one) => one.letsIn === letsIn);
  if (found === undefined) throw new Error(`scripts/defences/ has no removal that lets in: ${letsIn}`);
  return removal(found.threat, letsIn, ...found.edits).edits;
}

/** Of what the subject is told, where a defence shows only in certain circumstances. */
export const told = (find: string, put: string): Edit => ({ file: "packages/sallyport/test/probe/subjects.ts", find, put });
