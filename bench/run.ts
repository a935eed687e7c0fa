// The benchmarks. README.md says what each figure is and how to run some of them.
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { measureClaims } from "./claims.ts";
import { bareConsume, guardedConsume } from "./doors/consume.ts";
import { barePublish, guardedPublish } from "./doors/publish.ts";
import { measureDurable } from "./durable.ts";
import { type Effort, measure } from "./measure.ts";
import { toolkitConsume, toolkitPublish } from "./peers/message-queue-toolkit.ts";
import { powertoolsConsume, powertoolsPublish } from "./peers/powertools.ts";
import { measurePoison } from "./poison.ts";
import { claimTable, costTable, durableTable, poisonTable } from "./report.ts";
import { steps } from "./steps.ts";

const { values: given, positionals: chosen } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false }, rounds: { type: "string", default: "9" } },
});
const rounds = Number(given.rounds);
const effort: Effort = { rounds, warmups: 3, messages: 5000 };
const fewer = Math.max(1, Math.ceil(rounds / 3));

interface Benchmark {
  readonly run: () => Promise<unknown>;
  readonly show: (figures: never) => string;
}

const benchmark = <T>(run: () => Promise<T>, show: (figures: T) => string): Benchmark => ({ run, show });

async function inTurn<T>(calls: readonly (() => Promise<T>)[]): Promise<readonly T[]> {
  const figures: T[] = [];
  for (const call of calls) figures.push(await call());
  return figures;
}

const BENCHMARKS: ReadonlyMap<string, Benchmark> = new Map<string, Benchmark>([
  [
    "out",
    benchmark(
      () => measure([barePublish, ...guardedPublish, ...toolkitPublish, ...powertoolsPublish], effort),
      costTable("Out: a publish"),
    ),
  ],
  [
    "in",
    benchmark(() => measure([bareConsume, ...guardedConsume, ...toolkitConsume, ...powertoolsConsume], effort), costTable("In: a consume")),
  ],
  ["steps", benchmark(() => measure(steps, effort), costTable("Steps of the two doors"))],
  [
    "durable",
    benchmark(
      () =>
        inTurn([
          () => measureDurable({ events: 20_000, callers: 4000, concurrency: 2000 }, fewer),
          () => measureDurable({ events: 2000, callers: 64, concurrency: 64 }, fewer),
        ]),
      durableTable,
    ),
  ],
  ["claims", benchmark(() => inTurn([1, 16, 256].map((batch) => () => measureClaims(batch, fewer))), claimTable)],
  ["poison", benchmark(() => measurePoison(2000, fewer), poisonTable)],
]);

const unknown = chosen.filter((name) => !BENCHMARKS.has(name));
if (unknown.length > 0) throw new Error(`no benchmark "${unknown.join('", "')}"; there are: ${[...BENCHMARKS.keys()].join(", ")}`);

const machine = { node: process.version, cpu: cpus()[0]?.model.trim(), cpus: availableParallelism(), rounds };
if (!given.json)
  console.log(`Node ${machine.node}, ${machine.cpus} × ${machine.cpu}, medians of ${rounds} rounds (durable figures: ${fewer})`);
const all: Record<string, unknown> = { machine };
for (const [name, { run, show }] of BENCHMARKS) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const figures = (all[name] = await run());
  if (!given.json) console.log(show(figures as never));
}
if (given.json) console.log(JSON.stringify(all, undefined, 2));
