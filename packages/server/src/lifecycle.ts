// Runs until it is told to stop, then lets work in flight finish (PSN-12). A second signal does not wait.
import { fieldsOf, type Log } from "./logs.ts";

export interface Running {
  /** Stops taking new work and ends what is in flight, by the deadline. */
  close(deadlineMs: number): Promise<void>;
  /** Resolves when it ends by itself, such as when the client closes standard input. */
  readonly ended?: Promise<void>;
}

export interface RunOptions {
  readonly log: Log;
  /** Default 25 s: orchestrators commonly kill after 30. */
  readonly deadlineMs?: number;
}

const SIGNALS = ["SIGTERM", "SIGINT"] as const;
const DEADLINE_MS = 25_000;

/** Resolves with the exit code, when everything is closed. */
export async function runUntilStopped(running: Running, { log, deadlineMs = DEADLINE_MS }: RunOptions): Promise<number> {
  const { promise: told, resolve: tell } = Promise.withResolvers<string>();
  const onSignal = (signal: string): void => {
    process.on(signal, () => process.exit(1));
    tell(signal);
  };
  for (const signal of SIGNALS) process.once(signal, onSignal);
  void running.ended?.then(() => tell("end"));
  const reason = await told;
  log("info", "draining", { reason, deadlineMs });
  try {
    await running.close(deadlineMs);
    log("info", "stopped");
    return 0;
  } catch (error) {
    log("error", "did not stop cleanly", fieldsOf(error));
    return 1;
  }
}
