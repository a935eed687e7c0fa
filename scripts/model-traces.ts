// Makes model/traces/claims.json: what the model of the claim protocol asked of the store, and was answered, on a
// selection of its runs, for packages/guard/test/stores/model.test.ts. model/README.md says how to run it.
// Arguments: runs, steps. It takes minutes.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const QUINT = process.env["QUINT"] ?? join(ROOT, "model", "node_modules", ".bin", "quint");
const OUT = join(ROOT, "model", "traces");
const MOST_BYTES = 240_000;
const PER_SEED = 50;

/** One question to the store. The fields are those of `Step` in the test that replays them. */
export type Step = readonly [
  at: number,
  asked: string,
  key: number,
  digestOrMs: number,
  token: number,
  answer: string,
  record: string,
  sees: string,
];

interface Trace {
  readonly seed: string;
  readonly steps: readonly Step[];
}

type Value = { readonly [name: string]: unknown };
interface Stored {
  readonly state: string;
  readonly digest: number;
  readonly token: number;
  readonly started: number;
  readonly finished: number;
  readonly until: number;
  readonly expires: number;
}
interface Answer {
  readonly kind: string;
  readonly attempt: number;
  readonly failures: number;
  readonly wait: number;
}
interface Asked {
  readonly op: string;
  readonly key: number;
  readonly digest: number;
  readonly stale: boolean;
  readonly token: number;
  readonly ms: number;
  readonly answer: Answer;
}
interface State {
  readonly now: number;
  readonly asked: Asked;
  readonly records: ReadonlyMap<number, Stored>;
  readonly sees: ReadonlyMap<number, Answer>;
}

function runQuint(seed: string, steps: string): readonly Trace[] {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-model-"));
  try {
    const many = ["--n-traces", `${PER_SEED}`, "--max-samples", `${PER_SEED}`, "--max-steps", steps, "--seed", seed];
    const out = ["--out-itf", join(folder, "{seq}.itf.json"), "--verbosity", "0", "--backend", "typescript"];
    const ran = spawnSync(QUINT, ["run", join(ROOT, "model", "claims.qnt"), "--main", "protocol", ...many, ...out], { encoding: "utf8" });
    if (ran.status !== 0) throw ran.error ?? new Error(ran.stdout + ran.stderr);
    const files = readdirSync(folder).sort();
    return files.map((file, index) => ({ seed: `${seed}/${index}`, steps: stepsOf(readStates(readFileSync(join(folder, file), "utf8"))) }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readStates(itf: string): readonly State[] {
  const { states } = JSON.parse(itf, revive) as { states: readonly Value[] };
  return states.map((state) => Object.fromEntries(Object.entries(state).map(([name, value]) => [name.split("::").at(-1), value])) as never);
}

/** Integers, maps and sets as ITF writes them. */
function revive(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("#bigint" in value) return Number(value["#bigint"]);
  if ("#map" in value) return new Map(value["#map"] as [unknown, unknown][]);
  if ("#set" in value) return value["#set"];
  return value;
}

function stepsOf(states: readonly State[]): readonly Step[] {
  const steps: Step[] = [];
  const swept = new Map<number, number>();
  for (const [index, { now, asked, records, sees }] of states.entries()) {
    // A clock that goes back over the moment of forgetting: a store may have removed the record by then or not.
    if ([...swept.values()].some((expires) => now < expires)) break;
    if (asked.op === "") continue;
    for (const [key, before] of states[index - 1]?.records ?? []) {
      if (before.state !== "none" && records.get(key)?.state === "none") swept.set(key, before.expires);
    }
    const record = records.get(asked.key);
    if (record === undefined) throw new Error("a key without a record");
    if (record.state !== "none") swept.delete(asked.key);
    const op = asked.op === "claim" && asked.stale ? "claim-stale" : asked.op;
    const views = [...sees].sort(([a], [b]) => a - b).map(([, answer]) => textOf(answer));
    const digestOrMs = asked.op === "claim" ? asked.digest : asked.ms;
    steps.push([now, op, asked.key, digestOrMs, asked.token, textOf(asked.answer), recordText(record), views.join(", ")]);
  }
  return steps;
}

function textOf({ kind, attempt, failures, wait }: Answer): string {
  if (kind === "granted") return `granted ${attempt} ${failures}`;
  if (kind === "busy") return `busy ${wait}`;
  return kind.startsWith("exhausted") ? `${kind} ${attempt}` : kind;
}

const recordText = ({ state, digest, token, started, finished, until, expires }: Stored): string =>
  state === "none" ? state : [state, digest, token, started, finished, until, expires].join(" ");

/** What a step shows of the protocol, apart from its numbers; and with what came just before it on the same key. */
function sightsOf({ steps }: Trace): ReadonlySet<string> {
  const last = new Map<number, { readonly sight: string; readonly record: string; readonly token: number }>();
  const sights = new Set<string>();
  for (const [, op, key, , token, answer, record] of steps) {
    const before = last.get(key);
    const owner = before?.record.split(" ")[2] === String(token) ? "owner" : "other";
    const sight = [before?.record.split(" ")[0], op, owner, answer.split(" ")[0], record.split(" ")[0]].join(" ");
    sights.add(sight).add(`${before?.sight} > ${sight}`);
    last.set(key, { sight, record, token });
  }
  return sights;
}

/** Greedy: the trace that shows most that is new for its size, until nothing is new or there is no room. */
function select(traces: readonly Trace[]): readonly Trace[] {
  const left = new Map(traces.map((trace) => [trace, sightsOf(trace)]));
  const shown = new Set<string>();
  const chosen: Trace[] = [];
  for (let bytes = 0; ;) {
    const scored = [...left].map(([trace, sights]) => [trace, newIn(sights, shown) / (4 + trace.steps.length)] as const);
    const best = scored.toSorted(([, a], [, b]) => b - a)[0];
    if (best === undefined || best[1] === 0) return chosen;
    bytes += JSON.stringify(best[0]).length;
    if (bytes > MOST_BYTES) return chosen;
    chosen.push(best[0]);
    for (const sight of left.get(best[0]) ?? []) shown.add(sight);
    left.delete(best[0]);
  }
}

const newIn = (sights: ReadonlySet<string>, shown: ReadonlySet<string>): number => [...sights].filter((sight) => !shown.has(sight)).length;

function write(traces: readonly Trace[]): void {
  const lines = traces.map(
    ({ seed, steps }) => `{"seed":"${seed}","steps":[\n${steps.map((step) => JSON.stringify(step)).join(",\n")}\n]}`,
  );
  mkdirSync(OUT, { recursive: true });
  writeFileSync(join(OUT, "claims.json"), `[\n${lines.join(",\n")}\n]\n`);
}

const [runs = "600", steps = "120"] = process.argv.slice(2);
const traces = Array.from({ length: Math.ceil(Number(runs) / PER_SEED) }, (_, index) =>
  runQuint(`0x${(index + 1).toString(16)}`, steps),
).flat();
const chosen = select(traces);
write(chosen);
const all = new Set(traces.flatMap((trace) => [...sightsOf(trace)]));
const shown = new Set(chosen.flatMap((trace) => [...sightsOf(trace)]));
console.log(
  `${chosen.length} of ${traces.length} traces, ${chosen.flatMap((trace) => trace.steps).length} steps, ${shown.size} of ${all.size} sights`,
);
