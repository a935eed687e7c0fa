// Runs model/claims.qnt many times over: the protocol must keep every invariant and get about, and each deliberate
// fault in model/faults.qnt must break one. See model/README.md for how to get Quint. Arguments: samples, steps.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const MODEL = join(import.meta.dirname, "..", "model");
const QUINT = process.env["QUINT"] ?? join(MODEL, "node_modules", ".bin", "quint");
const [samples = "2000", steps = "100"] = process.argv.slice(2);
const SEED = "0x5a11";

const source = readFileSync(join(MODEL, "claims.qnt"), "utf8");
const conjuncts = /val safe = and \{([^}]+)\}/.exec(source)?.[1] ?? "";
const invariants = [...conjuncts.matchAll(/\w+/g)].map(([name]) => name);
const sights = [...source.matchAll(/val (sees\w+)/g)].map(([, name = ""]) => name);
const faults = [...readFileSync(join(MODEL, "faults.qnt"), "utf8").matchAll(/^module (\w+)/gm)].map(([, name = ""]) => name);

interface Run {
  readonly held: boolean;
  readonly broken: readonly string[];
  readonly unseen: readonly string[];
  readonly text: string;
}

function run(file: string, main: string, witnesses: readonly string[]): Run {
  const watched = witnesses.length > 0 ? ["--witnesses", ...witnesses] : [];
  const bounds = ["--max-samples", samples, "--max-steps", steps, "--seed", SEED];
  const args = ["run", join(MODEL, file), "--backend", "typescript", "--verbosity", "1", "--main", main, ...bounds];
  const { stdout, stderr, error } = spawnSync(QUINT, [...args, "--invariants", ...invariants, ...watched], {
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  const text = stdout + stderr;
  const broken = [...text.matchAll(/❌ (\w+)/g)].map(([, name = ""]) => name);
  const unseen = [...text.matchAll(/(\w+) was witnessed in 0 trace/g)].map(([, name = ""]) => name);
  return { held: text.includes("[ok]"), broken, unseen, text };
}

function check(): boolean {
  if (invariants.length === 0 || sights.length === 0 || faults.length === 0) throw new Error("the model could not be read");
  const sound = run("claims.qnt", "protocol", sights);
  console.log(`protocol: ${sound.text.trim()}`);
  const caught = faults.map((fault) => {
    const { broken, text } = run("faults.qnt", fault, []);
    console.log(`${fault}: ${broken.length > 0 ? `caught by ${broken.join(", ")}` : `NOT CAUGHT\n${text.trim()}`}`);
    return broken.length > 0;
  });
  return sound.held && sound.unseen.length === 0 && caught.every(Boolean);
}

if (!check()) process.exitCode = 1;
