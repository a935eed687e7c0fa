// A Redis server of one test's own, as `npm run brokers` starts it, that can be killed and started again on what it wrote.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { redis } from "../../../scripts/brokers/redis.ts";
import { end, start } from "../../../scripts/brokers/start.ts";

export interface RedisServer {
  readonly url: string;
  signal(which: "SIGSTOP" | "SIGCONT"): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** On the same port and folder; resolves when it answers. */
  restart(): Promise<void>;
}

const STEP_MS = 50;

export async function redisServer(): Promise<RedisServer> {
  const started = await start(redis);
  let { pid } = started;
  onTestFinished(async () => {
    // Nobody needs what it would still write.
    if (isThere(pid)) process.kill(pid, "SIGKILL");
    await end({ ...started, pid });
  });
  const port = Number(new URL(started.url).port);
  let gone: Promise<unknown> = Promise.resolve();
  return {
    url: started.url,
    signal: (which) => void process.kill(pid, which),
    async kill() {
      process.kill(pid, "SIGKILL");
      await gone;
      while (isThere(pid)) await after(STEP_MS);
    },
    async restart() {
      const { args } = redis.command(port, started.folder);
      const log = openSync(join(started.folder, "log"), "a");
      const child = spawn(redis.program, args, { cwd: started.folder, stdio: ["ignore", log, log] });
      gone = once(child, "exit");
      pid = child.pid as number;
      for (;;) {
        try {
          return await redis.answers(port);
        } catch {
          await after(STEP_MS);
        }
      }
    },
  };
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
