// A broker that is one program: started, waited for until a tap can be put on it, and ended with it.
import { setTimeout as after } from "node:timers/promises";
import { ProcessGroup, scrubbedEnvironment } from "../targets/process-group.ts";
import type { Tap } from "../taps/tap.ts";
import { BrokerFailure, type StartedBroker } from "./broker.ts";

const ANSWERS_WITHIN_MS = 20_000;
const STEP_MS = 25;

export type Signal = (which: "SIGSTOP" | "SIGCONT" | "SIGKILL") => Promise<void>;

export interface Launched {
  /** As it is said in a failure. */
  readonly program: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Default 20 s. */
  readonly answersWithinMs?: number;
}

export interface Running<T> {
  /** What {@link launched} was waiting for. */
  readonly answer: T;
  readonly end: () => Promise<void>;
}

/** Resolves when `ask`, which rejects while it does not answer, has an answer. @throws {BrokerFailure} */
export async function launched<T>(
  { program, command, env = {}, folder, answersWithinMs = ANSWERS_WITHIN_MS }: Launched,
  ask: (signal: Signal) => Promise<T>,
): Promise<Running<T>> {
  const group = new ProcessGroup({ command, env: scrubbedEnvironment(folder, env), folder }, "logged");
  for (const giveUpAtMs = performance.now() + answersWithinMs; ;) {
    try {
      const answer = await ask(async (which) => {
        if (which === "SIGSTOP") return group.stop();
        group.signal(which);
        // What it listened on is refused when all of it is gone.
        if (which === "SIGKILL") await group.exited;
      });
      return { answer, end: () => group.end(false) };
    } catch (error) {
      const gone = group.exit?.why ?? (group.exit === undefined ? undefined : `${program} ended: ${group.log.slice(-300)}`);
      if (gone === undefined && performance.now() < giveUpAtMs) {
        await after(STEP_MS);
        continue;
      }
      await group.end(false);
      throw new BrokerFailure(gone ?? `${program} does not answer`, { cause: error });
    }
  }
}

export interface Served {
  readonly command: readonly string[];
  readonly folder: string;
  readonly names: Readonly<Record<string, string>>;
  /** Rejects while the broker does not answer. */
  readonly tap: (signal: Signal) => Promise<Tap>;
}

/** @throws {BrokerFailure} */
export async function served({ command, folder, names, tap: open }: Served): Promise<StartedBroker> {
  let wake = (): void => undefined;
  const { answer: tap, end } = await launched({ program: command[0] ?? "", command, folder }, (signal) => {
    wake = () => void signal("SIGCONT");
    return open(signal);
  });
  const close = async (): Promise<void> => {
    wake();
    await tap.close();
    await end();
  };
  return { names, tap, close };
}

/** One that runs already. */
export async function found(kind: string, url: string, open: () => Promise<Tap>): Promise<StartedBroker> {
  const tap = await open().catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new BrokerFailure(`there is no ${kind} at ${new URL(url).host} (${why})`, { cause: error });
  });
  return { names: addressed(url, ""), tap, close: () => tap.close() };
}

export function addressed(url: string, usualPort: string): Readonly<Record<string, string>> {
  const { hostname, port } = new URL(url);
  return { url, host: hostname, port: port === "" ? usualPort : port };
}
