// What a client of a broker is asked to do in a small server: every line that does it is known by its mark.
import { lineOf } from "../../../src/audit/ir/place.ts";
import { judge } from "../judging.ts";
import type { Files } from "../sources/marked.ts";

/** Code for each, in which `topic` and `text` are the model's; where several lines are given, a mark says which one counts. */
export interface Client {
  /** Imports, and what is made at the start. */
  readonly setup: string;
  readonly publish?: string;
  /** Messages of a place that the model chooses; what is read is `got`. */
  readonly read?: string;
  readonly destroy?: string;
  /** A consumer that calls `charge` with what it was sent. */
  readonly consume?: string;
}

export type Deed = Exclude<keyof Client, "setup">;

/** By what a deed is known. */
const RULE: Readonly<Record<Deed, string>> = {
  publish: "client-chosen-destination",
  read: "client-chosen-source",
  destroy: "administrative-tool",
  consume: "no-deduplication",
};

export const DEEDS = Object.keys(RULE) as readonly Deed[];

/** The mark stands on its line already, or on the only line; in a consumer, where it acts. */
export function marked(deed: Deed, code: string, comment: string): string {
  const mark = `${comment} ${deed.toUpperCase()}`;
  if (code.includes("@@")) return code.replaceAll("@@", mark);
  const lines = code.split("\n");
  const at = deed === "consume" ? lines.findIndex((line) => /charge\(/i.test(line)) : lines.length - 1;
  return lines.map((line, index) => (index === at ? `${line} ${mark}` : line)).join("\n");
}

/** `publish file:line` of every mark. */
export function expected(files: Files): readonly string[] {
  return Object.entries(files)
    .flatMap(([file, text]) =>
      text.split("\n").flatMap((line, index) => {
        const deed = DEEDS.find((one) => line.endsWith(` ${one.toUpperCase()}`));
        return deed === undefined ? [] : [`${deed} ${file}:${index + 1}`];
      }),
    )
    .toSorted();
}

/** The same of what is found. */
export async function found(files: Files): Promise<readonly string[]> {
  const deeds = new Map(DEEDS.map((deed) => [RULE[deed], deed]));
  const said = (await judge(files)).flatMap(({ rule, file, at }) => {
    const deed = deeds.get(rule);
    return deed === undefined ? [] : [`${deed} ${file}:${lineOf(at)}`];
  });
  return [...new Set(said)].toSorted();
}
