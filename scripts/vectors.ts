// Writes vectors/: what an implementation in any language must accept and must refuse. Deterministic: fixed keys, fixed
// times. With `--check` it writes nothing, and fails when what is committed is not what it would write.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { acceptVectors } from "./vectors/accept.ts";
import { BOUNDS } from "./vectors/bounds.ts";
import { KEYS } from "./vectors/forge.ts";
import { freshnessVectors } from "./vectors/freshness.ts";
import { rejectVectors } from "./vectors/reject.ts";

const FOLDER = join(import.meta.dirname, "..", "vectors");

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** What each file should hold. */
export const vectorFiles = (): ReadonlyMap<string, string> =>
  new Map([
    ["keys.json", json(KEYS)],
    ["accept.json", json({ bounds: BOUNDS, vectors: acceptVectors() })],
    ["reject.json", json({ bounds: BOUNDS, vectors: rejectVectors() })],
    ["freshness.json", json({ vectors: freshnessVectors() })],
  ]);

/** The files in the folder that are missing or differ. */
export const differing = (folder: string): readonly string[] =>
  [...vectorFiles()]
    .filter(([name, due]) => !existsSync(join(folder, name)) || readFileSync(join(folder, name), "utf8") !== due)
    .map(([name]) => name);

if (import.meta.main) {
  if (process.argv.includes("--check")) {
    const wrong = differing(FOLDER);
    for (const name of wrong)
      console.error(`vectors/${name} is not what scripts/vectors.ts makes. Run it without --check and look at the difference.`);
    process.exitCode = wrong.length === 0 ? 0 : 1;
  } else {
    mkdirSync(FOLDER, { recursive: true });
    for (const [name, text] of vectorFiles()) writeFileSync(join(FOLDER, name), text);
  }
}
