// The benchmarks: what each figure is, and how to run some of them, is in README.md.
import { bareConsume, guardedConsume } from "./doors/consume.ts";
import { bareParse, guardedPublish } from "./doors/publish.ts";
import { type Effort, measure } from "./measure.ts";
import { toolkitConsume, toolkitPublish } from "./peers/message-queue-toolkit.ts";
import { powertoolsConsume, powertoolsPublish } from "./peers/powertools.ts";
import { costs } from "./report.ts";

const effort: Effort = { rounds: Number(process.env["BENCH_ROUNDS"] ?? 7), warmups: 2, messages: 5000 };
console.log(costs("Out", await measure([bareParse, ...guardedPublish, ...toolkitPublish, ...powertoolsPublish], effort)));
console.log(costs("In", await measure([bareConsume, ...guardedConsume, ...toolkitConsume, ...powertoolsConsume], effort)));
