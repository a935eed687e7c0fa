// Consumers that are let in: a broker hands them messages, or they fetch them.
import type { Known } from "../models/load.ts";
import type { Callback, Condition, Consumes, Path } from "../models/model.ts";
import type { ConsumerEntry } from "./events.ts";
import type { Machine, Site } from "./machine.ts";
import { given } from "./paths.ts";
import type { Taint } from "./taint.ts";
import { isNothing, join, textsOf, UNKNOWN, type Value } from "./value.ts";

type Reader = (path: Path) => Value;

export function registerConsumer(
  machine: Machine,
  known: Known,
  callback: Callback,
  fn: Value,
  site: Site,
  read: Reader,
  holds: (condition: Condition) => boolean,
): void {
  const consumes = callback.consumes as Consumes;
  const settles = consumes.unless !== undefined && holds(consumes.unless.when) ? consumes.unless.settles : consumes.settles;
  const destination = consumes.destination === undefined ? undefined : join(...consumes.destination.map(read));
  const isGiven = (paths: readonly Path[] | undefined): boolean => (paths ?? []).some((path) => !isNothing(read(path)));
  const options = { deadLetter: isGiven(consumes.deadLetter), bounded: isGiven(consumes.bounded) };
  const from = destination === undefined ? [] : textsOf(destination);
  addConsumer(machine, {
    consumes: { ...consumes, settles },
    broker: known.broker ?? "any",
    destination,
    options,
    fn,
    site,
    name: from[0] ?? site.text,
    params: callback.params,
    pulled: false,
  });
}

export interface NewConsumer {
  readonly consumes: Consumes;
  readonly broker: string;
  readonly destination: Value | undefined;
  readonly options: ConsumerEntry["options"];
  readonly fn: Value;
  readonly site: Site;
  readonly name: string;
  readonly params: readonly string[];
  readonly pulled: boolean;
}

/** In a tool it runs at once, since the tool waits for what it gathers; elsewhere when everything is in place. */
export function addConsumer(machine: Machine, consumer: NewConsumer): void {
  const { file } = machine.activation.module.ir;
  const origin = machine.program.originAt(machine, "message", consumer.site, consumer.name);
  const entry = machine.consumer(origin, () => ({
    kind: "consumer",
    id: machine.fresh(),
    name: consumer.name,
    file,
    at: consumer.site.at,
    origin,
    consumes: consumer.consumes,
    broker: consumer.broker,
    handler: consumer.fn.atoms.find((atom) => atom.kind === "function")?.closure,
    destination: consumer.destination,
    options: consumer.options,
    pulled: consumer.pulled,
  }));
  const run = (): void => {
    const source = machine.source(origin, "a message, as whoever wrote it");
    const holder: Value = { atoms: [], taints: [source] };
    const made = (type: string): Value =>
      type === "?" ? UNKNOWN : withTaints(machine.program.ofType(machine, type.replace(/^\.\.\./, ""), holder, consumer.site), source);
    const values = consumer.params.filter((type) => !type.startsWith("...")).map(made);
    const rest = consumer.params.find((type) => type.startsWith("..."));
    const args = given(...values);
    machine.callBack(consumer.fn, rest === undefined ? args : { ...args, more: made(rest) }, consumer.site, "library");
  };
  machine.later(entry, run);
}

/** Messages that are fetched in a loop of the program's own: the loop is the consumer. */
export function registerPull(machine: Machine, broker: string, consumes: Consumes, destination: Value | undefined, site: Site): void {
  const { file } = machine.activation.module.ir;
  const origin = machine.program.originAt(machine, "message", site);
  const name = (destination === undefined ? undefined : textsOf(destination)[0]) ?? site.text;
  const options = { deadLetter: false, bounded: false };
  machine.note({
    kind: "consumer",
    id: machine.fresh(),
    name,
    file,
    at: site.at,
    origin,
    consumes,
    broker,
    handler: undefined,
    destination,
    options,
    pulled: true,
    within: machine.entry,
  });
}

const withTaints = (value: Value, source: Taint): Value => (value.taints.length > 0 ? value : { ...value, taints: [source] });
