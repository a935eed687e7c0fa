// Small programs, lowered, interpreted and judged in memory.
import { extname } from "node:path";
import { interpret } from "../../src/audit/engine/interpreter.ts";
import type { Frontend } from "../../src/audit/frontends/frontend.ts";
import { go } from "../../src/audit/frontends/go/index.ts";
import { javascript } from "../../src/audit/frontends/javascript/index.ts";
import { python } from "../../src/audit/frontends/python/index.ts";
import { readInfrastructure } from "../../src/audit/infrastructure/infrastructure.ts";
import { loadModels } from "../../src/audit/models/load.ts";
import { RULES } from "../../src/audit/rules/index.ts";
import type { Draft } from "../../src/audit/rules/rule.ts";

const FRONTENDS: readonly Frontend[] = [javascript, python, go];

export interface Judged extends Draft {
  readonly rule: string;
}

/** What all rules say of a program of one language, given as its files; others are its infrastructure. */
export async function judge(files: Readonly<Record<string, string>>): Promise<readonly Judged[]> {
  const names = Object.keys(files);
  const sources = names.filter((name) => FRONTENDS.some(({ extensions }) => extensions.includes(extname(name))));
  const frontend = FRONTENDS.find(({ extensions }) => extensions.includes(extname(sources[0] ?? "")));
  if (frontend === undefined) throw new TypeError(`no language has ${names.join(", ")}`);
  await frontend.prepare();
  const analysis = interpret({
    language: frontend.language,
    modules: sources.map((file) => frontend.lower({ file, text: files[file] ?? "" }).module),
    resolve: frontend.resolver({ files: names, has: (file) => names.includes(file), read: (file) => files[file] }),
    models: loadModels(frontend.language),
  });
  const infrastructure = readInfrastructure({ files: names, read: (file) => files[file] });
  return RULES.flatMap((rule) =>
    [...rule.judge(analysis, infrastructure), ...(rule.inspect?.(infrastructure) ?? [])].map((draft) => ({ ...draft, rule: rule.id })),
  );
}

export const rulesIn = (judged: readonly Judged[]): readonly string[] => [...new Set(judged.map(({ rule }) => rule))];
