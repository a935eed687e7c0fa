// What is put beside each other: a library on a broker, set as its own manual says. Another is one file in `subjects` and
// its line in `subjects/list.ts`.
import type { Task } from "./task.ts";

/** One run's own names on the servers that all runs share. */
export interface Place {
  readonly url: string;
  readonly redis: string;
  readonly postgres: string;
  /** Of the destination, of what is in Redis, and of the schema in PostgreSQL. */
  readonly world: string;
  /** How long a copy is known, where that can be said: a deduplication window or a window of freshness. */
  readonly windowS: number;
  /** Where messages are signed. */
  readonly secret: string;
}

export interface Work {
  /** Has the effect of an honest task through `write`, and fails or ends as the others say. */
  readonly handle: (task: Task, write: Write) => Promise<void>;
  /** The effect is there, and the broker is about to be told. */
  readonly beforeAcknowledge: () => void;
}

/** Where an effect is written: the handler's own connection, or a transaction that it was handed. */
export type Write = (text: string, values: unknown[]) => Promise<unknown>;

export interface Running {
  close(): Promise<unknown>;
}

export interface Subject {
  readonly name: string;
  /** Its name in `scripts/brokers`. */
  readonly broker: string;
  /** What was set that is not its default. */
  readonly settings: readonly string[];
  /** Makes queues, and where it has them dead-letter queues. */
  declare(place: Place): Promise<void>;
  /** Resolves with the bytes that went to the broker. */
  publish(place: Place, tasks: readonly Task[]): Promise<readonly Buffer[]>;
  /** Puts bytes where its consumers find them, as anybody with the right to publish there could. */
  put(place: Place, bytes: Buffer): Promise<void>;
  /** The same message under another id and with the time of now, as somebody without keys can change it. */
  changed(bytes: Buffer): Buffer;
  /** `own` writes what is outside of any transaction that the subject has. */
  work(place: Place, work: Work, own: Write): Promise<Running>;
  /** Bytes of every message that was given up and kept. */
  dead(place: Place): Promise<readonly Buffer[]>;
}
