// Programs in which the lines that matter are marked, so that a test says where a finding stands.
import { lineOf } from "../../../src/audit/ir/place.ts";
import { judge } from "../judging.ts";

export type Files = Readonly<Record<string, string>>;

/** `file:line` of every line that ends with the mark. */
export function marks(files: Files, mark = "HERE"): readonly string[] {
  return Object.entries(files).flatMap(([file, text]) =>
    text.split("\n").flatMap((line, index) => (line.endsWith(mark) ? [`${file}:${index + 1}`] : [])),
  );
}

/** `file:line` of everything that a rule finds. */
export async function places(rule: string, files: Files): Promise<readonly string[]> {
  const found = (await judge(files)).filter((one) => one.rule === rule).map(({ file, at }) => `${file}:${lineOf(at)}`);
  return [...new Set(found)].toSorted();
}
