// The guard beside the raw client on every broker that runs: `npm run bench:brokers`. README.md says what each figure is.
import { parseArgs } from "node:util";
import { Redis } from "ioredis";
import { redisAlone } from "../scripts/brokers/redis.ts";
import { running } from "../scripts/brokers/running.ts";
import { end, start } from "../scripts/brokers/start.ts";
import { LANES } from "./brokers/lanes.ts";
import { byHandRound, guardedRound, rawRound, type Rate, type Rates, toolkitRound } from "./brokers/run-lane.ts";
import { median } from "./measure.ts";
import { brokerTable } from "./report.ts";

const { values: given, positionals: chosen } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    events: { type: "string", default: "5000" },
  },
});
const [rounds, events] = [Number(given.rounds), Number(given.events)];
// As most are: no cluster. What the guard keeps there and what is sent through it share it.
const redis = await start(redisAlone);
const urlOf = (name: string): string => {
  if (name === "redis") return redis.url;
  const found = running().find((broker) => broker.name === name);
  if (found === undefined) throw new Error(`${name} does not run: npm run brokers -- up ${name}`);
  return found.url;
};
const store = new Redis(urlOf("redis"));

export interface LaneFigure {
  readonly lane: string;
  readonly subject: string;
  readonly rates: Rates;
}

async function measureLane(lane: (typeof LANES)[number]): Promise<readonly LaneFigure[]> {
  const [url, { toolkit }] = [urlOf(lane.broker), lane];
  const subjects: readonly (readonly [name: string, round: () => Promise<Rates>])[] = [
    ["raw client", () => rawRound(lane, url, events)],
    ["by hand", () => byHandRound(lane, url, store, events)],
    ["guarded", () => guardedRound(lane, url, store, events, "memory")],
    ["guarded, calls in Redis", () => guardedRound(lane, url, store, events, "redis")],
    ...(toolkit === undefined ? [] : [["message-queue-toolkit", () => toolkitRound(toolkit, url, store, events)] as const]),
  ];
  const all = new Map<string, Rates[]>(subjects.map(([name]) => [name, []]));
  // In turn, so that a slow minute falls on all of them.
  for (let round = -1; round < rounds; round++)
    for (const [name, run] of subjects) {
      const rates = await run();
      if (round >= 0) all.get(name)!.push(rates);
    }
  return [...all].map(([subject, list]) => ({
    lane: lane.name,
    subject,
    rates: {
      alone: medians(list.map(({ alone }) => alone)),
      publish: medians(list.map(({ publish }) => publish)),
      consume: medians(list.map(({ consume }) => consume)),
    },
  }));
}

const medians = (rates: readonly Rate[]): Rate => ({
  perSecond: median(rates.map(({ perSecond }) => perSecond)),
  cpuUs: median(rates.map(({ cpuUs }) => cpuUs)),
  redisCommands: median(rates.map(({ redisCommands }) => redisCommands)),
});

const figures: LaneFigure[] = [];
try {
  for (const lane of LANES) if (chosen.length === 0 || chosen.includes(lane.broker)) figures.push(...(await measureLane(lane)));
} finally {
  store.disconnect();
  await end(redis);
}
console.log(given.json ? JSON.stringify(figures, undefined, 2) : brokerTable(figures));
