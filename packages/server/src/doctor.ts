// Looks at broker and store as server and worker will when they start, and goes on where they would stop: all that is
// wrong is told at once, each with what would break and what mends it. It changes nothing.
import { type ConsumePolicy, isSallyportError, resolvePolicy } from "@sallyport/guard";
import { isOfConfiguration, openSettings } from "./backing.ts";
import type { Address } from "./brokers/address.ts";
import type { Broker, Check, Layout, OpenedBroker, Role, Wrong } from "./brokers/broker.ts";
import { type Chosen, CLOSE_EXPOSURES, exposuresOf } from "./brokers/choose.ts";
import { sentenceOf } from "./config/redaction.ts";
import type { Log } from "./logs.ts";
import type { OpenedStore, Store } from "./stores/store.ts";

export interface Finding {
  readonly of: "broker" | "store";
  /** Without secrets. */
  readonly address: string;
  readonly check: string;
  readonly looks: string;
  /** `unknown`: it could not be looked at. */
  readonly verdict: "ok" | "wrong" | "unknown";
  readonly wrong: readonly Wrong[];
  /** Of what could not be looked at. */
  readonly why?: string;
}

export interface Examined {
  readonly broker: Chosen<Broker>;
  readonly store: Chosen<Store>;
  readonly layout: Layout;
  /** Whose user looks: it is asked for what it may see. Without one, for everything. */
  readonly role?: Role;
  /** Said aloud in the configuration. */
  readonly insecure: boolean;
  readonly log: Log;
}

export async function examine({ broker, store, layout, role, insecure, log }: Examined): Promise<readonly Finding[]> {
  const settings = openSettings(layout.policy, log);
  const [ofBroker, ofStore] = await Promise.all([
    examineOne(
      "broker",
      broker,
      insecure,
      () => broker.kind.open(broker.address, settings),
      (opened) => [...opened.checks(layout, role), ...capabilityChecks(opened, layout)],
    ),
    examineOne(
      "store",
      store,
      insecure,
      () => store.kind.open(store.address, settings),
      (opened) => opened.checks(role),
    ),
  ]);
  return [...ofBroker, ...ofStore];
}

type Opened = Pick<OpenedBroker & OpenedStore, "answers" | "close">;

async function examineOne<O extends Opened>(
  of: "broker" | "store",
  { kind, address }: Chosen<Pick<Broker, "name" | "schemes" | "options" | "example" | "exposures">>,
  insecure: boolean,
  open: () => Promise<O>,
  checksOf: (opened: O) => readonly Check[],
): Promise<readonly Finding[]> {
  const findings = [await found(of, address, exposure(exposuresOf(kind, address), insecure))];
  let opened: O;
  try {
    opened = await open();
  } catch (error) {
    const looks = "whether it can be reached and logged in to";
    const wrong = { what: saidOf(error), breaks: "nothing is published or handled until it answers (REP-12)", mend: remedyOf(error) };
    return [...findings, { of, address: String(address), check: "reachable", looks, verdict: "wrong", wrong: [wrong] }];
  }
  try {
    for (const check of [reachable(opened), ...checksOf(opened)]) findings.push(await found(of, address, check));
    return findings;
  } finally {
    await opened.close();
  }
}

async function found(of: "broker" | "store", address: Address, check: Check): Promise<Finding> {
  const about = { of, address: String(address), check: check.name, looks: check.looks };
  try {
    const wrong = await check.run();
    return { ...about, verdict: wrong.length === 0 ? "ok" : "wrong", wrong };
  } catch (error) {
    if (isOfConfiguration(error)) {
      const wrong = { what: saidOf(error), breaks: "server and worker do not start", mend: remedyOf(error) };
      return { ...about, verdict: "wrong", wrong: [wrong] };
    }
    return { ...about, verdict: "unknown", wrong: [], why: saidOf(error) };
  }
}

const exposure = (exposures: readonly string[], insecure: boolean): Check => ({
  name: "exposure",
  looks:
    insecure && exposures.length > 0
      ? "encryption and credentials: open to others, and the configuration says so"
      : "encryption and credentials",
  run: async () =>
    insecure
      ? []
      : exposures.map((what) => ({ what, breaks: "anyone on the way or beside it may publish and read (OPS-04)", mend: CLOSE_EXPOSURES })),
});

const reachable = (opened: Opened): Check => ({
  name: "reachable",
  looks: "whether it can be reached and logged in to",
  run: async () => {
    await opened.answers();
    return [];
  },
});

/** What the contract asks of the transport and the transport says that it does not have. */
function capabilityChecks({ transport }: OpenedBroker, { places, contract, policy }: Layout): readonly Check[] {
  const { acknowledges, ordersByKey, persists } = transport.capabilities;
  const capability = (name: string, looks: string, wrongs: () => readonly Wrong[]): Check => ({ name, looks, run: async () => wrongs() });
  const mend = "Use a broker that can (docs/adapters.md), or change the contract.";
  return [
    capability("acknowledges", "whether what is not handled comes again", () =>
      acknowledges ? [] : [{ what: `${transport.name} delivers once at most`, breaks: "what a worker dies over is lost (PSN-11)", mend }],
    ),
    capability("order", "order by key, where the contract asks for it", () =>
      places
        .filter(({ ordering }) => ordering === "key" && !ordersByKey)
        .map(({ destination }) => ({
          what: `${destination} wants order by key, and ${transport.name} has none`,
          breaks: "a retried event is overtaken by a later one of its key (PSN-09)",
          mend,
        })),
    ),
    capability("persists", "whether what was confirmed outlives the broker's process", () =>
      persists ? [] : [{ what: `${transport.name} keeps nothing on disk`, breaks: "confirmed events are lost with it (PUB-11)", mend }],
    ),
    capability("browse", "reading without consuming, where agents may read", () =>
      [...contract.events.values()]
        .filter(({ readable }) => readable !== undefined && transport.browse === undefined)
        .map(({ type }) => ({
          what: `agents may read "${type}", and ${transport.name} cannot be read without consuming`,
          breaks: "the server does not start (PSN-13)",
          mend: "Leave out readable, or use a broker that can be browsed (docs/adapters.md).",
        })),
    ),
    capability("policy", "whether ids are remembered for as long as a copy could be accepted", () =>
      policyWrongs(policy, transport.capabilities),
    ),
  ];
}

function policyWrongs(policy: Partial<ConsumePolicy>, capabilities: OpenedBroker["transport"]["capabilities"]): readonly Wrong[] {
  try {
    resolvePolicy(policy, capabilities);
    return [];
  } catch (error) {
    if (!isSallyportError(error)) throw error;
    return [{ what: saidOf(error), breaks: "a replay is handled, or the worker does not start (REP-08)", mend: remedyOf(error) }];
  }
}

/** The sentence alone: place and remedy are told beside it. What a client throws may quote a password (OPS-05). */
function saidOf(error: unknown): string {
  if (isSallyportError(error)) return `${error.code}: ${sentenceOf(error)}`;
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === "string" && /^[A-Z0-9_]{2,40}$/.test(code) ? code : "it could not be looked at";
}

const remedyOf = (error: unknown): string => (isSallyportError(error) ? error.remedy : undefined) ?? "See the cause.";
