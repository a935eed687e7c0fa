// The files of one language, lowered: the product's, and of the tests those that it imports. Following all tests took
// six times as long on the largest server that we know, and found nothing that the product does.
import type { Surface } from "../finding/finding.ts";
import { type Remark, readRemarks } from "../finding/suppression.ts";
import type { Note } from "../finding/report-data.ts";
import type { Frontend, Resolver } from "./frontends/frontend.ts";
import type { Module, Statement } from "./ir/ir.ts";
import type { Project } from "./project/read.ts";

export interface Program {
  readonly modules: readonly Module[];
  readonly resolve: Resolver;
  /** Tests that nothing imports. */
  readonly aside: readonly string[];
  readonly lines: number;
  readonly remarks: readonly Remark[];
  readonly notes: readonly Note[];
}

export interface Lowering {
  readonly frontend: Frontend;
  readonly files: readonly string[];
  readonly project: Project;
  readonly surfaceOf: (file: string) => Surface;
  readonly knownRules: ReadonlySet<string>;
  readonly tests: boolean;
  readonly onFile: (file: string) => void;
}

export function lowerProgram(lowering: Lowering): Program {
  const { frontend, files, project, surfaceOf, tests } = lowering;
  const resolve = frontend.resolver(project.files);
  const lower = lowererOf(lowering);
  const product = files.filter((file) => surfaceOf(file) !== "test");
  const followed = tests || product.length === 0 ? files : product;
  const aside = new Set(followed === files ? [] : files.filter((file) => surfaceOf(file) === "test"));
  const pending = [...followed];
  for (let file = pending.shift(); file !== undefined; file = pending.shift()) {
    const module = lower.one(file);
    for (const specifier of module === undefined || aside.size === 0 ? [] : importsOf(module.body)) {
      const target = resolve(file, specifier);
      if (target.kind === "file" && aside.delete(target.file)) pending.push(target.file);
    }
  }
  return { ...lower.done(), resolve, aside: [...aside] };
}

function lowererOf({ frontend, project, knownRules, onFile }: Lowering) {
  const modules: Module[] = [];
  const remarks: Remark[] = [];
  const notes: Note[] = [];
  let lines = 0;
  const one = (file: string): Module | undefined => {
    onFile(file);
    const source = project.text(file);
    if (source === undefined) return undefined;
    lines += linesOf(source.text);
    const { module, faults } = frontend.lower(source);
    for (const { line, what } of faults.slice(0, MOST_FAULTS)) project.notRead.push({ file, why: `line ${line}: ${what}` });
    if (faults.length > MOST_FAULTS)
      project.notRead.push({ file, why: `${faults.length - MOST_FAULTS} more places that could not be read` });
    const read = readRemarks(file, source.text, knownRules);
    remarks.push(...read.remarks);
    notes.push(...read.notes);
    modules.push(module);
    return module;
  };
  // In order of name, as if no test had been imported: what comes first decides what a finding looks like.
  const done = () => ({ modules: modules.toSorted((a, b) => (a.file < b.file ? -1 : 1)), lines, remarks, notes });
  return { one, done };
}

const MOST_FAULTS = 5;

const importsOf = (body: readonly Statement[]): readonly string[] =>
  body.flatMap((statement) => (statement.kind === "import" || statement.kind === "export-all" ? statement.from : []));

function linesOf(text: string): number {
  let lines = text === "" || text.endsWith("\n") ? 0 : 1;
  for (let index = text.indexOf("\n"); index !== -1; index = text.indexOf("\n", index + 1)) lines++;
  return lines;
}
