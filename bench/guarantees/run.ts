// The same brokers, the same messages, the same kills: what the guard kept of its promises, and what message-queue-toolkit
// did. `npm run bench:guarantees`; README.md of the folder above says how to read it.
import { parseArgs } from "node:util";
import { running } from "../../scripts/brokers/running.ts";
import { SCENARIOS } from "./scenarios.ts";
import { SUBJECTS } from "./subjects/list.ts";
import type { Servers } from "./world.ts";

const { values: given, positionals: chosen } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    /** Runs at the same time: most of each is waiting. */
    together: { type: "string", default: "3" },
    scenario: { type: "string", multiple: true, default: [] },
    subject: { type: "string", default: "" },
  },
});

const urlOf = (name: string): string => {
  const found = running().find((server) => server.name === name);
  if (found === undefined) throw new Error(`${name} does not run: npm run brokers -- up ${name}`);
  return found.url;
};
const subjects = SUBJECTS.filter(
  ({ broker, name }) => (chosen.length === 0 || chosen.includes(broker)) && (given.subject === "" || name === given.subject),
);
const servers: Servers = {
  redis: urlOf("redis"),
  postgres: urlOf("postgres"),
  brokers: new Map(subjects.map(({ broker }) => [broker, urlOf(broker)])),
};
const scenarios = SCENARIOS.filter((_, index) => given.scenario.length === 0 || given.scenario.includes(String(index + 1)));

const cells = new Map<string, string>();
const cellOf = (scenario: string, subject: (typeof subjects)[number]): string => `${subject.broker} ${subject.name} ${scenario}`;
const open = scenarios.flatMap((scenario) => subjects.map((subject) => ({ scenario, subject })));

async function runSome(): Promise<void> {
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { scenario, subject } = next;
    const seen = await scenario.run(subject, servers);
    cells.set(cellOf(scenario.name, subject), seen);
    console.error(`${subject.broker} | ${subject.name} | ${scenario.name}: ${seen}`);
  }
}
await Promise.all(Array.from({ length: Number(given.together) }, runSome));

const rows = scenarios.map(({ name }) => ({ name, seen: subjects.map((subject) => cells.get(cellOf(name, subject)) ?? "") }));
if (given.json) console.log(JSON.stringify({ subjects: subjects.map(({ name, broker, settings }) => ({ name, broker, settings })), rows }));
else for (const broker of new Set(subjects.map((subject) => subject.broker))) printBroker(broker);

function printBroker(broker: string): void {
  const here = subjects.filter((subject) => subject.broker === broker);
  const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  console.log(`\n${line([`on ${broker}`, ...here.map(({ name }) => name)])}\n${line(["---", ...here.map(() => "---")])}`);
  for (const { name } of scenarios) console.log(line([name, ...here.map((subject) => cells.get(cellOf(name, subject)) ?? "")]));
  for (const { name, settings } of here) console.log(`\n${name}: ${settings.join("; ")}.`);
}
