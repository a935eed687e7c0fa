// One target, running, beside one broker, in a folder of its own: the server behind a real client, the worker as a process
// that is started again when it dies, the tap on the broker. It is thrown away when an attack has broken it.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { promisify } from "node:util";
import { HonestCalls } from "./beside.ts";
import { BROKERS } from "./brokers/index.ts";
import { freePort, type StartedBroker } from "./brokers/broker.ts";
import { EffectsSeen } from "./effects.ts";
import { filled, type Profile } from "./profile.ts";
import { type Launch, ProcessGroup, scrubbedEnvironment } from "./targets/process-group.ts";
import { Server, TargetFailure } from "./targets/server.ts";
import type { Tap } from "./taps/tap.ts";

const run = promisify(execFile);
const PREPARED_WITHIN_MS = 60_000;
const MOST_RESTARTS = 12;
const STEP_MS = 20;
/** What was long in coming is not looked for as often: to look costs the target, its broker and the others their time. */
const STEP_OF_WAITED = 0.05;
const LONGEST_STEP_MS = 200;

export class Stage {
  readonly folder: string;
  readonly server: Server;
  readonly effects: EffectsSeen | undefined;
  readonly deadLetters: EffectsSeen | undefined;
  readonly profile: Profile;
  /** With the names of places in it that every stage fills in for itself. */
  readonly given: Profile;
  readonly honestCalls = new HonestCalls();
  readonly #names: Readonly<Record<string, string>>;
  readonly #broker: StartedBroker;
  readonly #workerLaunch: Launch | undefined;
  #worker: ProcessGroup | undefined;
  #deaths = 0;
  #isClosing = false;
  #reviving: Promise<void> | undefined;

  private constructor(given: Profile, folder: string, names: Readonly<Record<string, string>>, broker: StartedBroker) {
    this.given = given;
    this.folder = folder;
    this.#names = names;
    this.#broker = broker;
    this.profile = this.filled(given);
    const { profile } = this;
    const launches = launchesOf(profile, folder);
    this.server = new Server(launches.server);
    this.#workerLaunch = launches.worker;
    const seen = (effects: Profile["effects"]): EffectsSeen | undefined => effects && new EffectsSeen(effects, folder, launches.env);
    this.effects = seen(profile.effects);
    this.deadLetters = seen(profile.deadLetters);
  }

  /** @throws {TargetFailure} @throws {BrokerFailure} */
  static async open(given: Profile): Promise<Stage> {
    const root = mkdtempSync(join(tmpdir(), "sallyport-probe-"));
    let broker: StartedBroker | undefined;
    let stage: Stage | undefined;
    try {
      const [folder, brokerFolder] = [join(root, "target"), join(root, "broker")];
      for (const path of [folder, brokerFolder]) mkdirSync(path);
      const { kind, url, file } = given.broker;
      broker = await BROKERS[kind]({ folder: kind === "embedded" ? folder : brokerFolder, url, file });
      const places = Object.entries(broker.names).map(([name, value]) => [`broker.${name}`, value]);
      const names = { folder, port: String(await freePort()), node: process.execPath, ...Object.fromEntries(places) };
      stage = new Stage(given, folder, names, broker);
      await stage.#prepare();
      stage.startWorker();
      await stage.server.open();
      return stage;
    } catch (error) {
      await stage?.server.end();
      await stage?.stopWorker();
      await broker?.close();
      rmSync(root, { recursive: true, force: true });
      throw error;
    }
  }

  /** With the places of this stage, not of another. */
  filled<T>(given: T): T {
    return filled(given, this.#names);
  }

  get tap(): Tap {
    return this.#broker.tap;
  }

  /** Of the worker, or of the server where that consumes. */
  get deaths(): number {
    return this.#deaths + (this.#workerLaunch === undefined && this.server.exit !== undefined ? 1 : 0);
  }

  get brokerNames(): Readonly<Record<string, string>> {
    return this.#broker.names;
  }

  /** Whether it became true in time. */
  async until(check: () => boolean | Promise<boolean>, limitMs: number): Promise<boolean> {
    const startedAtMs = performance.now();
    for (let waitedMs = 0; waitedMs < limitMs; waitedMs = performance.now() - startedAtMs) {
      if (await check()) return true;
      const step = Math.min(Math.max(STEP_MS, waitedMs * STEP_OF_WAITED), LONGEST_STEP_MS);
      await after(Math.min(step, Math.max(limitMs - waitedMs, 0)));
    }
    return check();
  }

  /** Whether nobody is owed anything. */
  async isSettled(): Promise<boolean> {
    return (await this.tap.owed()).every(({ messages }) => messages === 0);
  }

  startWorker(): void {
    if (this.#workerLaunch === undefined || this.#isClosing) return;
    const worker = new ProcessGroup(this.#workerLaunch, "logged");
    this.#worker = worker;
    void worker.exited.then(({ why }) => {
      if (this.#isClosing || this.#worker !== worker) return;
      this.#deaths++;
      if (why === undefined && this.#deaths < MOST_RESTARTS) this.startWorker();
    });
  }

  async stopWorker(politely = false): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.end(politely);
  }

  /** As an orchestrator does, or a power cut. */
  async restartConsumer(how: "politely" | "killed"): Promise<void> {
    if (this.#workerLaunch !== undefined) {
      await this.stopWorker(how === "politely");
      this.startWorker();
      return;
    }
    if (!this.server.isOwn) throw new TargetFailure("it was not started by the probe, so it cannot be started again");
    await this.server.close(how === "politely");
    await this.server.open();
  }

  /** A server that an attack has ended is started again, once for all who ask. */
  async revive(): Promise<void> {
    // While it is starting it has not ended, and can be asked nothing yet.
    if (this.#reviving !== undefined) return this.#reviving;
    if (!this.server.isOwn || this.server.exit === undefined) return;
    this.#reviving = this.server
      .close(false)
      .then(() => this.server.open())
      .finally(() => (this.#reviving = undefined));
    await this.#reviving;
  }

  /** What the worker last said, for people who wonder. */
  get workerLog(): string {
    return this.#worker?.log ?? "";
  }

  get hasWorker(): boolean {
    return this.#workerLaunch !== undefined;
  }

  /** Its processes are there. */
  get isUp(): boolean {
    const serves = !this.server.isOwn || this.server.exit === undefined;
    return serves && (this.#workerLaunch === undefined || (this.#worker !== undefined && this.#worker.exit === undefined));
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    await Promise.all([this.server.end(), this.stopWorker()]);
    await this.#broker.close();
    rmSync(dirname(this.folder), { recursive: true, force: true });
  }

  async #prepare(): Promise<void> {
    const { files, prepare, server, broker } = this.profile;
    for (const destination of broker.destinations) await this.tap.make?.(destination);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), text, { mode: 0o600 });
    }
    for (const [program = "", ...args] of prepare) {
      const options = { cwd: this.folder, env: scrubbedEnvironment(this.folder, server.env), timeout: PREPARED_WITHIN_MS };
      await run(program, args, options).catch((error: unknown) => {
        throw new TargetFailure(`its preparation failed: ${error instanceof Error ? error.message.slice(0, 400) : String(error)}`);
      });
    }
  }
}

interface Launches {
  readonly server: ConstructorParameters<typeof Server>[0];
  readonly worker: Launch | undefined;
  readonly env: Record<string, string>;
}

function launchesOf({ server, worker, bounds }: Profile, folder: string): Launches {
  const env = scrubbedEnvironment(folder, server.env);
  const { startsWithinMs, mostMegabytes } = bounds;
  const { command, url, headers, era, begin } = server;
  const launch = command === undefined ? undefined : { command, env, folder, mostMegabytes };
  return {
    server: { launch, url, headers, era, startsWithinMs, begin },
    worker: worker === undefined ? undefined : { command: worker.command, env: { ...env, ...worker.env }, folder, mostMegabytes },
    env,
  };
}
