// What infrastructure can say of brokers, queues and accounts.
import type { Place } from "../ir/ir.ts";

interface Stated {
  /** As the file names it. */
  readonly name: string;
  readonly file: string;
  readonly at: Place;
}

/** Something is wrong with how a broker is reached. */
export interface OpenBroker extends Stated {
  readonly broker: string;
  readonly fault: "no authentication" | "default credentials" | "plaintext" | "public";
  /** What the file says, or does not. */
  readonly why: string;
}

export interface DeclaredQueue extends Stated {
  readonly broker: string;
  readonly deadLetter: boolean;
}

/** An account may do more than a contract could say. */
export interface Grant extends Stated {
  readonly what: string;
}

export interface Infrastructure {
  readonly brokers: readonly OpenBroker[];
  readonly queues: readonly DeclaredQueue[];
  readonly grants: readonly Grant[];
}

export interface Collected {
  /** A file that could not be read, with why: what it would have said is not known. */
  readonly refuse: (file: string, why: string) => void;
  readonly brokers: OpenBroker[];
  readonly queues: DeclaredQueue[];
  readonly grants: Grant[];
}
