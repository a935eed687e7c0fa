// One target, running: its server behind a real MCP client over standard input and output, its worker as a process
// that is started again when it dies, and the broker's file, which an attacker inside the company can read and write.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { SqliteTransport } from "@sallyport/guard/adapters/sqlite";
import { SqliteDatabase } from "@sallyport/guard/sqlite";
import { SqliteDeadLetters } from "@sallyport/guard/stores/sqlite-dead-letters";
import { type Effect, effectsIn } from "./effects.ts";
import type { Launch, Target, ToolCall } from "./targets/targets.ts";

export interface Answer {
  readonly refused: boolean;
  readonly text: string;
}

export interface OnBroker {
  readonly destination: string;
  readonly bytes: Uint8Array;
  readonly text: string;
}

const POLL_MS = 20;
const MOST_RESTARTS = 8;

const ORDINARY_BEGIN_MS = 5000;
const MOST_PATIENCE = 8;

/** How much longer to wait for anything on a machine where the first note was handled only after this time. */
export const patienceOf = (begunAfterMs: number): number => Math.min(Math.max(begunAfterMs / ORDINARY_BEGIN_MS, 1), MOST_PATIENCE);

export class Stage {
  readonly target: Target;
  readonly folder: string;
  readonly #database: SqliteDatabase;
  readonly #transport: SqliteTransport;
  readonly #deadLetters: SqliteDeadLetters;
  readonly #client = new Client({ name: "agent", version: "1.0.0" });
  #worker: ChildProcess | undefined;
  #deaths = 0;
  #diedAtMs = 0;
  #closing = false;
  #patience = 1;
  #notes = 0;

  private constructor(target: Target, folder: string) {
    this.target = target;
    this.folder = folder;
    this.#database = new SqliteDatabase(join(folder, "broker.db"));
    this.#transport = new SqliteTransport(this.#database);
    this.#deadLetters = new SqliteDeadLetters(this.#database);
  }

  static async open(target: Target, parent: string): Promise<Stage> {
    const folder = join(parent, target.name);
    mkdirSync(folder, { recursive: true });
    target.prepare(folder);
    const stage = new Stage(target, folder);
    const { module, args } = target.server(folder);
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [...process.execArgv, module, ...args],
      env: stage.#environment(),
      stderr: "ignore",
    });
    await stage.#client.connect(transport);
    stage.startWorker();
    return stage;
  }

  async tools(): Promise<readonly string[]> {
    return (await this.#client.listTools()).tools.map(({ name }) => name);
  }

  async call(call: ToolCall): Promise<Answer> {
    try {
      const result = await this.#client.callTool({ name: call.name, arguments: call.arguments });
      const content = result.content as readonly { readonly text?: string }[];
      return { refused: result.isError === true, text: content.map(({ text }) => text ?? "").join(" ") };
    } catch (error) {
      return { refused: true, text: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Publishes an honest note with this text, by the target's own tool. */
  note(text: string): Promise<Answer> {
    return this.call(this.target.note(`n${++this.#notes}`, text));
  }

  effects(): readonly Effect[] {
    return effectsIn(this.folder);
  }

  done(text: string): readonly Effect[] {
    return this.effects().filter((effect) => effect.kind === "done" && effect.text === text);
  }

  tried(text: string): number {
    return this.effects().filter((effect) => effect.kind === "tried" && effect.text === text).length;
  }

  /** Whether server and worker do their work at all. How long that took says how fast this machine is now. */
  async begun(limitMs: number): Promise<boolean> {
    const startedAtMs = performance.now();
    const works = await this.settled(limitMs);
    this.#patience = patienceOf(performance.now() - startedAtMs);
    return works;
  }

  /** So long as this machine takes for what another does in the given time: what is late is not what fell. */
  patientMs(ms: number): number {
    return Math.round(ms * this.#patience);
  }

  /** Whether it became true in time. */
  async until(check: () => boolean | Promise<boolean>, limitMs = 5000): Promise<boolean> {
    for (const end = performance.now() + this.patientMs(limitMs); performance.now() < end;) {
      if (await check()) return true;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return check();
  }

  /** Everything published before this is handled, or the worker is stuck. */
  async settled(limitMs?: number): Promise<boolean> {
    const text = `fence ${++this.#notes}`;
    await this.note(text);
    return this.until(() => this.done(text).length > 0, limitMs);
  }

  /** Every message that the broker holds. */
  async onBroker(): Promise<readonly OnBroker[]> {
    const rows = this.#database.read((database) => database.prepare("SELECT destination, bytes FROM sallyport_log ORDER BY seq").all());
    return (rows as unknown as { destination: string; bytes: Uint8Array }[]).map(({ destination, bytes }) => ({
      destination,
      bytes,
      text: new TextDecoder().decode(bytes),
    }));
  }

  /** What someone with the broker's password can do. */
  async put(destination: string, bytes: Uint8Array | string, times = 1): Promise<void> {
    const raw = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    await this.#transport.send(Array.from({ length: times }, () => ({ id: "", destination, key: undefined, bytes: raw })));
  }

  /** The message of an honest note, as it travelled. */
  async captured(text: string): Promise<OnBroker> {
    const found = (await this.onBroker()).find((message) => message.text.includes(text));
    if (found === undefined) throw new Error(`the message "${text}" is not on the broker of ${this.target.name}`);
    return found;
  }

  /** Codes of dead letters, and the text of those in dead-letter queues. */
  async dead(): Promise<readonly { readonly code: string; readonly text: string }[]> {
    const letters = await this.#deadLetters.list({}, { limit: 10_000 });
    const queued = (await this.onBroker()).filter(({ destination }) => destination.endsWith("-dlq"));
    return [
      ...letters.map(({ code, bytes }) => ({ code, text: new TextDecoder().decode(bytes) })),
      ...queued.map(({ text }) => ({ code: "dead-letter queue", text })),
    ];
  }

  async isDead(text: string): Promise<boolean> {
    return (await this.dead()).some((letter) => letter.text.includes(text));
  }

  get deaths(): number {
    return this.#deaths;
  }

  /** How long nothing has died, counted from a time of `performance.now()`. */
  aliveForMs(sinceMs: number): number {
    return performance.now() - Math.max(this.#diedAtMs, sinceMs);
  }

  startWorker(): void {
    const { module, args }: Launch = this.target.worker(this.folder);
    const worker = spawn(process.execPath, [...process.execArgv, module, ...args], { env: this.#environment(), stdio: "ignore" });
    this.#worker = worker;
    worker.once("exit", () => {
      if (this.#closing || this.#worker !== worker) return;
      this.#deaths++;
      this.#diedAtMs = performance.now();
      if (this.#deaths < MOST_RESTARTS) this.startWorker();
    });
  }

  /** As an orchestrator does: ends it, and starts another. */
  async restartWorker(): Promise<void> {
    await this.#endWorker();
    this.startWorker();
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#client.close();
    await this.#endWorker();
    await this.#transport.close();
    await this.#database.close();
  }

  async #endWorker(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker === undefined || worker.exitCode !== null || worker.signalCode !== null) return;
    const ended = new Promise((resolve) => worker.once("exit", resolve));
    worker.kill("SIGTERM");
    const timer = setTimeout(() => worker.kill("SIGKILL"), 3000);
    await ended;
    clearTimeout(timer);
  }

  #environment(): Record<string, string> {
    const { PATH = "", HOME = "" } = process.env;
    return { PATH, HOME, DEMO_FOLDER: this.folder };
  }
}
