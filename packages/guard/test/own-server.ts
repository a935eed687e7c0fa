// A broker of one test's own, as `npm run brokers` starts it, that can be paused, killed and started again on what it wrote.
import { setTimeout as after } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { Broker } from "../../../scripts/brokers/broker.ts";
import { end, restart, start } from "../../../scripts/brokers/start.ts";

export interface OwnServer {
  readonly url: string;
  /** Its files. */
  readonly folder: string;
  isUp(): boolean;
  signal(which: "SIGSTOP" | "SIGCONT" | "SIGHUP" | "SIGUSR1"): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** On the same port and folder; resolves when it answers. */
  restart(): Promise<void>;
}

const STEP_MS = 50;

export async function ownServer(broker: Broker): Promise<OwnServer> {
  let server = await start(broker);
  const signal = (which: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(server.pid, which);
    } catch {
      return false;
    }
  };
  onTestFinished(async () => {
    // Nobody needs what it would still write.
    signal("SIGKILL");
    await end(server);
  });
  return {
    url: server.url,
    folder: server.folder,
    isUp: () => signal(0),
    signal,
    async kill() {
      while (signal("SIGKILL")) await after(STEP_MS);
    },
    async restart() {
      server = await restart(broker, server);
    },
  };
}
