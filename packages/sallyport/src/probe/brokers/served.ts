// A broker that is one program: started, waited for until a tap can be put on it, and ended with it.
import { setTimeout as after } from "node:timers/promises";
import { ProcessGroup, scrubbedEnvironment } from "../targets/process-group.ts";
import type { Tap } from "../taps/tap.ts";
import { BrokerFailure, type StartedBroker } from "./broker.ts";

const ANSWERS_WITHIN_MS = 20_000;
const STEP_MS = 25;

export interface Served {
  readonly command: readonly string[];
  readonly folder: string;
  readonly names: Readonly<Record<string, string>>;
  /** Rejects while the broker does not answer. */
  readonly tap: (signal: (which: "SIGSTOP" | "SIGCONT") => void) => Promise<Tap>;
}

/** @throws {BrokerFailure} */
export async function served({ command, folder, names, tap: open }: Served): Promise<StartedBroker> {
  const group = new ProcessGroup({ command, env: scrubbedEnvironment(folder, {}), folder }, "logged");
  const program = command[0] ?? "";
  for (const giveUpAtMs = performance.now() + ANSWERS_WITHIN_MS; ;) {
    try {
      const tap = await open((which) => group.signal(which));
      const close = async (): Promise<void> => {
        group.signal("SIGCONT");
        await tap.close();
        await group.end(false);
      };
      return { names, tap, close };
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
