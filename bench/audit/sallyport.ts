// The audit as it is installed: the compiled command.
import { fileURLToPath } from "node:url";
import { run } from "./process.ts";
import type { Hit, Scanner } from "./subject.ts";

const COMMAND = fileURLToPath(new URL("../../packages/sallyport/dist/cli/main.js", import.meta.url));

interface Report {
  readonly findings: readonly { readonly threats: readonly string[]; readonly file: string; readonly line: number }[];
  readonly coverage: { readonly languages: readonly { readonly lines: number }[] };
}

export const sallyport: Scanner = {
  name: "sallyport",
  scan(folder) {
    const ran = run(process.execPath, [COMMAND, "audit", folder, "--root", folder, "--format", "json", "--quiet"], folder);
    const { findings, coverage } = JSON.parse(ran.output) as Report;
    return {
      ...ran,
      hits: findings.flatMap(({ threats, file, line }) => [...new Set(threats.flatMap(kindOf))].map((kind) => ({ kind, file, line }))),
      lines: coverage.languages.reduce((sum, { lines }) => sum + lines, 0),
    };
  },
};

function kindOf(threat: string): readonly Hit["kind"][] {
  if (/^PUB-0[12456]$/.test(threat)) return ["INJ"];
  return /^DST-0[13]$/.test(threat) ? ["TOPIC"] : [];
}
