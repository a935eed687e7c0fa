// What server and worker stand on: a broker and a store, wherever they are. In one SQLite file they are one thing; else
// each is opened by its own file in brokers/ and stores/.
import { type ConsumePolicy, isSallyportError, SallyportError } from "@sallyport/guard";
import type { Browser, Transport } from "@sallyport/guard/ports";
import type { Address } from "./brokers/address.ts";
import type { Broker, Check, Layout, OpenedBroker, OpenSettings, Role } from "./brokers/broker.ts";
import type { Chosen } from "./brokers/choose.ts";
import { fieldsOf, type Log } from "./logs.ts";
import type { OpenedStore, Store } from "./stores/store.ts";

export interface Backing extends Pick<OpenedStore, "claims" | "limits" | "ledger" | "deadLetters" | "trail"> {
  readonly transport: Transport & Partial<Browser>;
  /** Each rejects when what it is named after does not answer now. */
  readonly health: Readonly<Record<string, () => Promise<void>>>;
  /** Of both, each with the address that it is of; of the broker, those that are the role's to make. */
  checks(layout: Layout, role: Role): readonly PlacedCheck[];
  close(): Promise<void>;
}

export interface PlacedCheck extends Check {
  readonly of: "broker" | "store";
  readonly address: Address;
}

export interface BackingOptions {
  readonly broker: Chosen<Broker>;
  readonly store: Chosen<Store>;
  readonly policy: Partial<ConsumePolicy>;
  readonly log: Log;
}

/** As the consumer's own defaults. */
const DEFAULTS = { leaseMs: 30_000, maxFailures: 5, maxRetryMs: 300_000 };

/** @throws {SallyportError} `ERR_TRANSPORT_UNAVAILABLE`, `ERR_STORE_UNAVAILABLE`, `ERR_CONFIG_*`; what was opened is closed then. */
export async function openBacking({ broker, store, policy, log }: BackingOptions): Promise<Backing> {
  const settings = openSettings(policy, log);
  const opened = await broker.kind.open(broker.address, settings);
  let kept: OpenedStore;
  try {
    kept = await store.kind.open(store.address, settings);
  } catch (error) {
    await opened.close();
    throw error;
  }
  return joined({ opened, broker, kept, store });
}

export const openSettings = ({ leaseMs, maxFailures, maxRetryMs }: Partial<ConsumePolicy>, log: Log): OpenSettings => ({
  leaseMs: leaseMs ?? DEFAULTS.leaseMs,
  maxFailures: maxFailures ?? DEFAULTS.maxFailures,
  maxRetryMs: maxRetryMs ?? DEFAULTS.maxRetryMs,
  onNotice: (what, error) => log("warn", what, error === undefined ? {} : fieldsOf(error)),
});

interface Parts extends Pick<BackingOptions, "broker" | "store"> {
  readonly opened: OpenedBroker;
  readonly kept: OpenedStore;
}

function joined({ opened, broker, kept, store }: Parts): Backing {
  const { claims, limits, ledger, deadLetters, trail } = kept;
  return {
    transport: opened.transport,
    claims,
    limits,
    ledger,
    deadLetters,
    trail,
    health: { broker: () => opened.answers(), store: () => kept.answers() },
    checks: (layout, role) => [
      ...opened.checks(layout, role).map((check) => ({ ...check, of: "broker" as const, address: broker.address })),
      ...kept.checks(role).map((check) => ({ ...check, of: "store" as const, address: store.address })),
    ],
    close: async () => {
      // What is out goes back to the broker before claims can no longer be released.
      await opened.close();
      await kept.close();
    },
  };
}

/** Such as a name that the broker cannot have: what is wrong is known without looking. */
export const isOfConfiguration = (error: unknown): error is SallyportError =>
  isSallyportError(error) && error.code.startsWith("ERR_CONFIG_");

/**
 * What starts runs these first. One that cannot look is no reason not to start: a user of least privilege may not be
 * allowed to, and what a promise hangs on the transport and the stores look at by themselves.
 * @throws {SallyportError} `ERR_CONFIG_CAPABILITY` with the first thing that is wrong, and the command that mends it.
 */
export async function refuseWrong(checks: readonly PlacedCheck[], log: Log): Promise<void> {
  for (const check of checks) {
    const { name, of, address } = check;
    let found;
    try {
      found = await check.run();
    } catch (error) {
      // Nothing that is looked at would mend it.
      if (isOfConfiguration(error)) throw error;
      log("warn", "a check could not be made", { check: name, of, ...fieldsOf(error) });
      continue;
    }
    const [wrong] = found;
    if (wrong === undefined) continue;
    throw new SallyportError("ERR_CONFIG_CAPABILITY", `${wrong.what}: ${wrong.breaks}`, {
      place: String(address),
      remedy: `${wrong.mend}${/[.!?]$/.test(wrong.mend) ? "" : "."} \`sallyport doctor\` tells of all that is wrong.`,
    });
  }
}
