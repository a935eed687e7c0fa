// Starts one broker and waits until it answers; ends one with all it left behind.
import { spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { type Broker, freePort, LOOPBACK } from "./broker.ts";
import type { Running } from "./running.ts";

const ANSWERS_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 15_000;
const STEP_MS = 100;

/** `host`: an address of this machine. */
export async function start(broker: Broker, host = LOOPBACK): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), `sallyport-${broker.name}-`));
  try {
    await broker.prepare?.(folder);
    return await startIn(broker, folder, await freePort(), host);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Ends it as a power cut does, and starts it anew on the same port with the data that it then has. */
export async function restart(broker: Broker, { pid, folder, url }: Running): Promise<Running> {
  signal(-pid, "SIGKILL");
  const giveUpAtMs = Date.now() + ENDS_WITHIN_MS;
  for (;;) {
    try {
      const { port, hostname } = new URL(url);
      return await startIn(broker, folder, Number(port), hostname);
    } catch (error) {
      // Processes of its that have not ended yet have its port and its data.
      if (Date.now() > giveUpAtMs) throw error;
      await after(STEP_MS);
    }
  }
}

async function startIn(broker: Broker, folder: string, port: number, host: string): Promise<Running> {
  const { name } = broker;
  const { args, env = {} } = await broker.command(port, folder, host);
  const log = openSync(join(folder, "log"), "a");
  const child = spawn(broker.program, args, {
    cwd: folder,
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, ...env },
    ...broker.user?.(),
  });
  const { promise: failed, reject } = Promise.withResolvers<never>();
  child.once("error", reject);
  child.once("exit", (code) => reject(new Error(`${name} ended with ${code}:\n${readFileSync(join(folder, "log"), "utf8").slice(-2000)}`)));
  try {
    await Promise.race([failed, untilAnswers(broker, port, host)]);
  } catch (error) {
    if (child.pid !== undefined) signal(-child.pid, "SIGKILL");
    throw error;
  } finally {
    child.removeAllListeners("exit");
  }
  child.unref();
  return { name, url: broker.url(port, host), pid: child.pid as number, folder };
}

async function untilAnswers(broker: Broker, port: number, host: string): Promise<void> {
  const giveUpAtMs = Date.now() + ANSWERS_WITHIN_MS;
  for (;;) {
    try {
      return await broker.answers(port, host);
    } catch (error) {
      if (Date.now() > giveUpAtMs) throw new Error(`${broker.name} does not answer`, { cause: error });
      await after(STEP_MS);
    }
  }
}

export async function end({ pid, folder }: Running): Promise<void> {
  if (signal(pid, "SIGTERM")) {
    const giveUpAtMs = Date.now() + ENDS_WITHIN_MS;
    while (signal(pid, 0)) {
      if (Date.now() > giveUpAtMs) signal(pid, "SIGKILL");
      await after(STEP_MS);
    }
  }
  // What it started for itself and left: all of it is in its group.
  signal(-pid, "SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}

/** False when there is no such process, or group of them where `pid` is negative. */
function signal(pid: number, which: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, which);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
