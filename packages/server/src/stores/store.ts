// What a store's file tells the ready-made server, worker and operator's commands. Each store is one file beside this
// one and its name in list.ts; its client is imported where it is opened and nowhere above.
import type { ClaimStore, DeadLetterStore, KeptTrail, Ledger, LimitStore } from "@sallyport/guard/ports";
import type { Address } from "../brokers/address.ts";
import type { Check, Layout, OpenSettings, Rights, Role } from "../brokers/broker.ts";

export interface OpenedStore {
  readonly claims: ClaimStore;
  readonly limits: LimitStore;
  readonly ledger: Ledger;
  readonly deadLetters: DeadLetterStore;
  readonly trail: KeptTrail;
  /** Rejects when the store does not answer now. For health; cheap, and changes nothing. */
  answers(): Promise<void>;
  /** As of brokers: `serve` and `work` refuse to start while one finds something. Of a role, whether it has its rights too. */
  checks(role?: Role): readonly Check[];
  /** Makes tables that are not there, where a store has any; the three roles may not. */
  declare(): Promise<void>;
  close(): Promise<void>;
}

export interface Store {
  readonly name: string;
  /** URL schemes, without the colon; true where the connection is encrypted. */
  readonly schemes: ReadonlyMap<string, boolean>;
  readonly options: ReadonlyMap<string, string>;
  readonly example: string;
  /** As of brokers (OPS-04). */
  exposures(address: Address): readonly string[];
  /** @throws {SallyportError} `ERR_STORE_UNAVAILABLE`, `ERR_CONFIG_*`, without a secret (OPS-05). */
  open(address: Address, settings: Pick<OpenSettings, "onNotice">): Promise<OpenedStore>;
  /** Pure. As of brokers, of what each role keeps: the server limits and calls, the worker claims and dead letters (DST-07, OPS-01). */
  rights(layout: Layout, role: Role): Rights;
}
