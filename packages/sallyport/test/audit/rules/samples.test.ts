// Every sample of every rule, against all rules: a finding on each line that is marked, and on no other.
import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { interpret } from "../../../src/audit/engine/interpreter.ts";
import type { Frontend, ProjectFiles } from "../../../src/audit/frontends/frontend.ts";
import { go } from "../../../src/audit/frontends/go/index.ts";
import { javascript } from "../../../src/audit/frontends/javascript/index.ts";
import { python } from "../../../src/audit/frontends/python/index.ts";
import { readInfrastructure } from "../../../src/audit/infrastructure/infrastructure.ts";
import { lineOf } from "../../../src/audit/ir/place.ts";
import { loadModels } from "../../../src/audit/models/load.ts";
import { RULES } from "../../../src/audit/rules/index.ts";

const folder = new URL("../../../src/audit/rules/", import.meta.url);
const frontends: readonly Frontend[] = [javascript, python, go];
const samples = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: rule }) =>
    readdirSync(new URL(`${rule}/`, folder))
      .filter((file) => /^(?:vulnerable|safe)[\w-]*\.(?:ts|py|go)$/.test(file))
      .map((file) => ({ rule, file, name: `${rule}/${file}` })),
  );

/** `line rule-id`, as a list that can be compared. */
function marked(text: string): readonly string[] {
  return text.split("\n").flatMap((line, index) => {
    const said = /(?:\/\/|#) finding: ([\w-]+(?:, [\w-]+)*)\s*$/.exec(line)?.[1];
    return (said?.split(", ") ?? []).map((rule) => `${index + 1} ${rule}`);
  });
}

function found(file: string, text: string): readonly string[] {
  const frontend = frontends.find(({ extensions }) => extensions.includes(extname(file)));
  if (frontend === undefined) throw new Error(`no language reads ${file}`);
  const { module, faults } = frontend.lower({ file, text });
  expect(faults).toStrictEqual([]);
  const files: ProjectFiles = { files: [file], has: (name) => name === file, read: () => undefined };
  const models = loadModels(frontend.language);
  const analysis = interpret({ language: frontend.language, modules: [module], resolve: frontend.resolver(files), models });
  const infrastructure = readInfrastructure({ files: [file], read: () => text });
  const findings = RULES.flatMap((one) =>
    [...one.judge(analysis, infrastructure), ...(one.inspect?.(infrastructure) ?? [])].map(({ at }) => `${lineOf(at)} ${one.id}`),
  );
  return [...new Set(findings)];
}

const order = (one: string, other: string): number => Number.parseInt(one) - Number.parseInt(other) || one.localeCompare(other);

beforeAll(async () => {
  for (const frontend of frontends) await frontend.prepare();
});

describe("samples of rules", () => {
  test.each(samples)("$name has the findings that are marked, and no others", ({ rule, file }) => {
    const text = readFileSync(new URL(`${rule}/${file}`, folder), "utf8");
    expect(found(file, text).toSorted(order)).toStrictEqual(marked(text).toSorted(order));
  });

  test.each(samples.filter(({ file }) => file.startsWith("vulnerable")))("$name shows what its rule finds", ({ rule, file }) => {
    const text = readFileSync(new URL(`${rule}/${file}`, folder), "utf8");
    expect(marked(text).some((mark) => mark.endsWith(` ${rule}`))).toBe(true);
  });
});
