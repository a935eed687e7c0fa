// What a change of contract breaks, before it is deployed. Two directions count for consumers: a message of the new
// publisher that a consumer of the old contract would dead-letter, and a message of the old publisher, still in
// flight, that a consumer of the new one would. It compares what contracts say; what a validator checks beyond its
// JSON Schema cannot be seen.
import type { Allowance, Contract, ContractEvent } from "./contract.ts";
import { stable } from "./canonical-schema.ts";
import type { SchemaChangeKind, Shift } from "./diff-keywords.ts";
import { diffSchemas } from "./diff-schema.ts";
import { pathOf } from "./key-path.ts";
import { canMeet } from "./overlap.ts";

export type ContractChangeKind =
  | SchemaChangeKind
  | "contract-renamed"
  | "event-added"
  | "event-removed"
  | "destination-changed"
  | "ordering-changed"
  | "key-changed"
  | "bounds-widened"
  | "bounds-narrowed"
  | "expiry-changed"
  | "tool-renamed"
  | "scopes-added"
  | "scopes-removed"
  | "approval-added"
  | "approval-removed"
  | "limits-tightened"
  | "limits-relaxed"
  | "reading-added"
  | "reading-removed"
  | "text-changed";

export interface ContractChange {
  /** Type of the event; `*` for the contract itself. */
  readonly event: string;
  readonly change: ContractChangeKind;
  /** Producers are the agents and programs that call: their call must change, or may be refused. */
  readonly breaks: "consumers" | "producers" | "nothing";
  readonly detail: string;
}

/** Events in order of their types; of one event, always the same changes in the same order. */
export function diffContracts(before: Contract<any>, after: Contract<any>): readonly ContractChange[] {
  const types = [...new Set([...before.events.keys(), ...after.events.keys()])].sort();
  return [...renamed(before, after), ...types.flatMap((type) => diffEvent(type, before, after))];
}

function renamed(before: Contract<any>, after: Contract<any>): readonly ContractChange[] {
  if (before.name === after.name) return [];
  const detail = `the contract was called ${before.name}, is called ${after.name}: keys are bound to the name, and old keys do not sign for the new one`;
  return [{ event: "*", change: "contract-renamed", breaks: "consumers", detail }];
}

function diffEvent(type: string, before: Contract<any>, after: Contract<any>): readonly ContractChange[] {
  const [old, young] = [before.events.get(type), after.events.get(type)];
  if (old === undefined) return young === undefined ? [] : [addedTo(before, young)];
  if (young === undefined) {
    const detail = "the event is gone: its messages in flight are dead-lettered by consumers of the new contract, and its tool is gone";
    return [{ event: type, change: "event-removed", breaks: "consumers", detail }];
  }
  return Object.values(CHECKS)
    .flatMap((check) => check(old, young))
    .map(([change, breaks, detail]) => ({ event: type, change, breaks, detail }));
}

/** Consumers of the old contract do not take the type; it matters where they would find it. */
function addedTo(before: Contract<any>, event: ContractEvent): ContractChange {
  const shared = [...before.events.values()].find(({ destination }) => canMeet(destination, event.destination));
  const said = { event: event.type, change: "event-added" } as const;
  if (shared === undefined) return { ...said, breaks: "nothing", detail: `the event is new, on ${event.destination}` };
  const detail = `the event is new on ${event.destination}, where consumers of the old contract read ${shared.destination} and dead-letter types they do not know: ${CONSUMERS_FIRST}`;
  return { ...said, breaks: "consumers", detail };
}

type Said = readonly [change: ContractChangeKind, breaks: ContractChange["breaks"], detail: string];
type Check = (old: ContractEvent, young: ContractEvent) => readonly Said[];

const CONSUMERS_FIRST = "deploy the consumers before the publishers";
const DRAIN_FIRST = "let messages in flight be handled before the consumers are deployed";
const NEW_TYPE = "give the event a new type, or stop publishing, drain, and deploy both sides";
const ADVICE: Readonly<Record<Shift, string>> = { wider: CONSUMERS_FIRST, narrower: DRAIN_FIRST, both: NEW_TYPE };

const destination: Check = (old, young) =>
  old.destination === young.destination
    ? []
    : [
        [
          "destination-changed",
          "consumers",
          `destination was ${old.destination}, is ${young.destination}: consumers of the old contract read the old one`,
        ],
      ];

const jsonSchema: Check = (old, young) =>
  diffSchemas(old.jsonSchema, young.jsonSchema).map(({ change, shift, detail }) => [change, "consumers", `${detail}; ${ADVICE[shift]}`]);

const ordering: Check = (old, young) => {
  if (old.ordering === young.ordering) return [];
  const lost = young.ordering === "none";
  return [["ordering-changed", lost ? "consumers" : "nothing", `ordering was ${old.ordering}, is ${young.ordering}`]];
};

/** Without an order a key only spreads the load. */
const key: Check = (old, young) => {
  if (old.key === young.key) return [];
  const [path, other] = [pathOf(old.key), pathOf(young.key)];
  if (path !== undefined && path === other) return [];
  const breaks = old.ordering === "key" && young.ordering === "key" ? "consumers" : "nothing";
  const told = (event: ContractEvent, at: string | undefined): string => at ?? (event.key === undefined ? "none" : "code");
  const undecided = old.key !== undefined && young.key !== undefined && (path === undefined || other === undefined);
  const detail = `key was ${told(old, path)}, is ${told(young, other)}`;
  return [undecided ? ["not-compared", breaks, `${detail}: code could not be compared`] : ["key-changed", breaks, detail]];
};

/** Consumers hold data to the bounds, too. */
const bounds: Check = (old, young) =>
  (["maxBytes", "maxDepth", "maxNodes"] as const).flatMap((name): readonly Said[] => {
    const [was, is] = [old.bounds[name], young.bounds[name]];
    if (was === is) return [];
    const detail = `${name} was ${was}, is ${is}`;
    return [
      is > was
        ? ["bounds-widened", "consumers", `${detail}; ${CONSUMERS_FIRST}`]
        : ["bounds-narrowed", "consumers", `${detail}; ${DRAIN_FIRST}`],
    ];
  });

const expiresAfterMs: Check = (old, young) => {
  const [was, is] = [old.expiresAfterMs ?? Infinity, young.expiresAfterMs ?? Infinity];
  if (was === is) return [];
  const sooner = is < was;
  const detail = `expires after ${was} ms before, ${is} ms now${sooner ? ": a backlog is dead-lettered sooner" : ""}`;
  return [["expiry-changed", sooner ? "consumers" : "nothing", detail]];
};

const tool: Check = (old, young) =>
  old.tool === young.tool ? [] : [["tool-renamed", "producers", `tool was ${old.tool}, is ${young.tool}`]];

const scopes: Check = (old, young) => {
  const [more, fewer] = [minus(young.scopes, old.scopes), minus(old.scopes, young.scopes)];
  return [
    ...(more.length === 0 ? [] : [["scopes-added", "producers", `callers now need ${more.join(", ")}`] as const]),
    ...(fewer.length === 0 ? [] : [["scopes-removed", "nothing", `callers no longer need ${fewer.join(", ")}`] as const]),
  ];
};

const minus = (some: readonly string[], others: readonly string[]): readonly string[] =>
  [...new Set(some)].filter((one) => !others.includes(one)).sort();

const approval: Check = (old, young) => {
  if (stable(old.approval) === stable(young.approval)) return [];
  if (old.approval === undefined) return [["approval-added", "producers", "a person is asked first; clients that cannot ask are refused"]];
  if (young.approval === undefined) return [["approval-removed", "nothing", "no person is asked any more"]];
  return [["text-changed", "nothing", "what a person is asked"]];
};

function allowance(name: string, old: Allowance | undefined, young: Allowance | undefined): readonly Said[] {
  if (stable(old) === stable(young)) return [];
  const told = (given: Allowance | undefined): string => (given === undefined ? "none" : `${given.limit} per ${given.windowMs} ms`);
  // As many, in a window no longer, is whatever was allowed before.
  const relaxed = young === undefined || (old !== undefined && young.limit >= old.limit && young.windowMs <= old.windowMs);
  return [
    [relaxed ? "limits-relaxed" : "limits-tightened", relaxed ? "nothing" : "producers", `${name} was ${told(old)}, is ${told(young)}`],
  ];
}

/** Agents that read are refused or lose their tool; others are not concerned. */
const readable: Check = (old, young) => {
  if (old.readable === undefined) return young.readable === undefined ? [] : [["reading-added", "nothing", "agents may read it now"]];
  if (young.readable === undefined) return [["reading-removed", "producers", "agents may not read it any more"]];
  const more = minus(young.readable.scopes, old.readable.scopes);
  const fewer = minus(old.readable.scopes, young.readable.scopes);
  return [
    ...(more.length === 0 ? [] : [["reading-removed", "producers", `readers now need ${more.join(", ")}`] as const]),
    ...(fewer.length === 0 ? [] : [["reading-added", "nothing", `readers no longer need ${fewer.join(", ")}`] as const]),
  ];
};

const description: Check = (old, young) => (old.description === young.description ? [] : [["text-changed", "nothing", "the description"]]);

const destructive: Check = (old, young) =>
  old.destructive === young.destructive
    ? []
    : [["text-changed", "nothing", `hosts are told that it is ${young.destructive ? "" : "not "}destructive`]];

/** In the order in which they are told. Whoever adds something to an event says here what changing it breaks. */
const CHECKS: Readonly<Record<Exclude<keyof ContractEvent, "type" | "schema">, Check>> = {
  destination,
  jsonSchema,
  ordering,
  key,
  bounds,
  expiresAfterMs,
  tool,
  scopes,
  approval,
  rate: (old, young) => allowance("rate", old.rate, young.rate),
  quota: (old, young) => allowance("quota", old.quota, young.quota),
  readable,
  description,
  destructive,
};
