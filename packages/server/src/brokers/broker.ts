// What a broker's file tells the ready-made server, worker and operator's commands. Each broker is one file beside this
// one and one line in list.ts. Nothing of a broker is decided elsewhere, and none loads another's client: it is
// imported where a broker is opened and nowhere above.
import type { ConsumePolicy, Contract } from "@sallyport/guard";
import type { Browser, Transport } from "@sallyport/guard/ports";
import type { Address } from "./address.ts";

/** A destination of the contract, with its tenant put in: what the broker has to have, and who may touch it. */
export interface Place {
  readonly destination: string;
  /** `key` where one of its events asks for it. */
  readonly ordering: "none" | "key";
  /** An agent may read from it, through the server. */
  readonly readable: boolean;
  /** Of one whole envelope, the most that the contract lets through, in bytes. */
  readonly maxBytes: number;
}

/** What contract and configuration ask of a broker. Made by `layoutOf`; a broker's file reads it and nothing else. */
export interface Layout {
  readonly contract: Contract<any>;
  readonly places: readonly Place[];
  /** Consumer group of the workers. */
  readonly group: string;
  /** As the worker will be given it; what is absent has the consumer's default. */
  readonly policy: Partial<ConsumePolicy>;
}

/** The three that have a user of their own: who publishes and reads, who consumes, who redrives. */
export const ROLES = ["server", "worker", "operator"] as const;
export type Role = (typeof ROLES)[number];

/** Something that the broker has to have before anyone publishes. */
export interface Declaration {
  /** In the broker's own words: topic, queue, exchange, stream, consumer group. */
  readonly kind: string;
  readonly name: string;
  /** `destination`, `group`, `retry` or `dead`: what it is there for. */
  readonly use: "destination" | "group" | "retry" | "dead";
  /** For people: partitions, type, limits. Values that a promise rests on. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** What an operator runs to have it, with the broker's own tool. */
  readonly command: string;
}

/** Rights as text that the broker's own tool takes. The password is {@link PASSWORD}, for the operator to replace. */
export interface Rights {
  readonly role: Role;
  /** The broker's name for who has them. */
  readonly user: string;
  /** Where the text goes, in a sentence: "to redis-cli", "into nats-server's configuration, under authorization". */
  readonly goes: string;
  readonly text: string;
}

/** Stands in texts of rights where the password belongs: none is ever printed. */
export const PASSWORD = "<PASSWORD>";

/** What is found wrong, and what is to be done about it. */
export interface Wrong {
  /** What is so: "topic orders has retention.ms=60000". */
  readonly what: string;
  /** What would happen, and the ids of the threats: "a copy is handled again after a restart (REP-08)". */
  readonly breaks: string;
  /** The command that mends it. */
  readonly mend: string;
}

export interface Check {
  /** Short, of the closed list that the broker's page documents: `eviction`, `retention`, `dead-letter-target`. */
  readonly name: string;
  /** What is looked at, for people. */
  readonly looks: string;
  /** All that is wrong; nothing when it is in order. Rejects when it could not be looked at. Changes nothing. */
  run(): Promise<readonly Wrong[]>;
}

/** A broker that was opened: the guard's transport over a client of its own. */
export interface OpenedBroker {
  /** With `browse` where the broker can be read without consuming. */
  readonly transport: Transport & Partial<Browser>;
  /** Rejects when the broker does not answer now. For health; cheap, and changes nothing. */
  answers(): Promise<void>;
  /**
   * Start-up checks, in the order in which they are told. `serve` and `work` refuse to start while one finds something.
   * Of a role, those alone for which its rights are enough: whose the rest is looks at it. Without one, all.
   */
  checks(layout: Layout, role?: Role): readonly Check[];
  /** Makes what `topology` says, where it is not there. Never changes or deletes what is: a check says what is wrong. */
  declare(layout: Layout): Promise<void>;
  /** Transport and client. */
  close(): Promise<void>;
}

export interface OpenSettings {
  /** A delivery that is not heard of for so long may go to others, in milliseconds; above the claim's lease. */
  readonly leaseMs: number;
  /** The consumer's greatest number of failed attempts: a broker's own delivery limit must be above it. */
  readonly maxFailures: number;
  /** The greatest delay of a retry, in milliseconds. */
  readonly maxRetryMs: number;
  /** Told of what the client says in passing, such as a lost connection: without secrets, for the log. */
  readonly onNotice: (what: string, error?: unknown) => void;
}

export interface Broker {
  /** As in `--broker NAME`: `redis`, `kafka`. */
  readonly name: string;
  /** URL schemes, without the colon; true where the connection is encrypted. */
  readonly schemes: ReadonlyMap<string, boolean>;
  /** Keys that may stand after the `?` of its URL, with what they are for. Others are refused by name. */
  readonly options: ReadonlyMap<string, string>;
  /** For help and errors: `redis://[USER:PASSWORD@]HOST[:PORT]`. */
  readonly example: string;
  /**
   * What is open to others in this address beyond its scheme: credentials that everyone knows, none at all. One sentence
   * each. Asked only when a host is not loopback (OPS-04).
   */
  exposures(address: Address): readonly string[];
  /**
   * Imports the client and connects. Errors carry no secret (OPS-05): make them with `unreachable` where the client's own may.
   * @throws {SallyportError} `ERR_TRANSPORT_UNAVAILABLE`, `ERR_CONFIG_*`.
   */
  open(address: Address, settings: OpenSettings): Promise<OpenedBroker>;
  /**
   * Pure: the same for every server of this kind, but for what its address says. With it, what `declare` makes there.
   * @throws {SallyportError} `ERR_CONFIG_INVALID` for an address that says what cannot be.
   */
  topology(layout: Layout, address?: Address): readonly Declaration[];
  /** Pure. Least privilege: exactly what the role needs of exactly these places (DST-07). */
  rights(layout: Layout, role: Role): Rights;
}

/** Users are named alike on every broker: `sallyport-CONTRACT-ROLE`. */
export const userOf = ({ contract }: Layout, role: Role): string => `sallyport-${contract.name}-${role}`;

/** Whose user an address names, where it is called as its rights call it. */
export const roleOf = (layout: Layout, { user }: Address): Role | undefined => ROLES.find((role) => userOf(layout, role) === user);

/** What a consumer group has is looked at by whoever consumes; without a role, by anyone. */
export const seesGroups = (role: Role | undefined): boolean => role === undefined || role === "worker";
