// The server under attack, behind the official client: started by its command, found under a URL, or both. It is asked
// in the newest era first; a server that answers nothing so is started again and asked in the old one.
import { setTimeout as after } from "node:timers/promises";
import { Client, ProtocolError, StreamableHTTPClientTransport, type Tool } from "@modelcontextprotocol/client";
import { growMatching } from "../schema/grow.ts";
import { type Exit, type Launch, ProcessGroup } from "./process-group.ts";
import { GroupTransport } from "./stdio-transport.ts";
import { Patience } from "./patience.ts";

export interface ServerPlan {
  /** Absent: it runs already. */
  readonly launch?: Launch | undefined;
  /** Absent: standard input and output. */
  readonly url?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly era: "auto" | "legacy" | "modern";
  readonly startsWithinMs: number;
  /** Called whenever it was started. */
  readonly begin?: readonly { readonly tool: string; readonly arguments: Record<string, unknown> }[];
}

export interface Answer {
  /** `lost`: no answer in time, or the server went away. */
  readonly how: "accepted" | "refused" | "lost";
  readonly text: string;
  /** Questions to a person that came during the call. */
  readonly asked: number;
  readonly tookMs: number;
}

/** The server cannot be talked to; `message` says why, for the report. */
export class TargetFailure extends Error {}

const HTTP_STEP_MS = 100;
/** Our own patience ends first. */
const MUCH_LONGER = 10;
const MODERN = "2026-07-28";
const MOST_TEXT = 4 * 1024 * 1024;

export class Server {
  readonly #plan: ServerPlan;
  #client: Client | undefined;
  #transport: GroupTransport | undefined;
  #group: ProcessGroup | undefined;
  /** What a person who is asked says. */
  person: "accept" | "decline" = "accept";
  #asked = 0;
  #isOver = false;
  /** Without what they promise of their answers: a broken promise is not a call that was refused. */
  #tools: ReadonlyMap<string, Tool> = new Map();

  constructor(plan: ServerPlan) {
    this.#plan = plan;
  }

  /** @throws {TargetFailure} */
  async open(): Promise<void> {
    await this.#start();
    for (const { tool, arguments: given } of this.#plan.begin ?? []) {
      const { how, text } = await this.call(tool, given, this.#plan.startsWithinMs);
      if (how !== "accepted") throw new TargetFailure(`${tool}, with which it is to begin, was ${how}: ${text.slice(0, 300)}`);
    }
  }

  async #start(): Promise<void> {
    const { era } = this.#plan;
    try {
      await this.#connect(era === "legacy" ? "legacy" : era === "modern" ? { pin: MODERN } : "auto");
    } catch (error) {
      if (era !== "auto" || this.#group?.exit?.why !== undefined) throw await this.#failure(error);
      await this.close();
      await this.#connect("legacy").catch(async (again: unknown) => {
        throw await this.#failure(again);
      });
    }
  }

  /** @throws {TargetFailure} */
  async tools(): Promise<readonly Tool[]> {
    try {
      const { tools } = await this.#open.listTools(undefined, { timeout: this.#plan.startsWithinMs });
      this.#tools = new Map(tools.map((tool) => [tool.name, promisingNothing(tool)]));
      return tools;
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  async call(name: string, given: Record<string, unknown>, timeoutMs: number, signal?: AbortSignal): Promise<Answer> {
    const startedAtMs = performance.now();
    const askedBefore = this.#asked;
    const answer = (how: Answer["how"], text: string): Answer => ({
      how,
      text: text.slice(0, MOST_TEXT),
      asked: this.#asked - askedBefore,
      tookMs: Math.round(performance.now() - startedAtMs),
    });
    const patience = new Patience(timeoutMs);
    try {
      const toolDefinition = this.#tools.get(name);
      const options = {
        timeout: timeoutMs * MUCH_LONGER,
        signal: AbortSignal.any([patience.signal, ...(signal === undefined ? [] : [signal])]),
        ...(toolDefinition === undefined ? {} : { toolDefinition }),
      };
      const result = await this.#open.callTool({ name, arguments: given }, options);
      return answer(result.isError === true ? "refused" : "accepted", textOf(result));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return answer(isRefusal(error) ? "refused" : "lost", text);
    } finally {
      patience.end();
    }
  }

  /** All texts of all resources, as an agent would read them. */
  async resources(timeoutMs: number): Promise<string> {
    if (this.#client?.getServerCapabilities()?.resources === undefined) return "";
    try {
      const { resources } = await this.#client.listResources(undefined, { timeout: timeoutMs });
      const read = await Promise.all(resources.slice(0, 20).map(({ uri }) => this.#open.readResource({ uri }, { timeout: timeoutMs })));
      return JSON.stringify(read);
    } catch {
      return "";
    }
  }

  get era(): string {
    return this.#client?.getProtocolEra() ?? "none";
  }

  get isOwn(): boolean {
    return this.#plan.launch !== undefined;
  }

  get exit(): Exit | undefined {
    return this.#group?.exit;
  }

  /** Of what it did beside its protocol; empty when nothing. */
  get oddities(): readonly string[] {
    const { rubbish = 0, firstRubbish = "" } = this.#transport ?? {};
    const complained = this.#group?.complained ?? 0;
    return [
      ...(rubbish === 0 ? [] : [`wrote ${rubbish} lines to standard output that are no messages, the first: ${firstRubbish}`]),
      ...(complained < FLOOD_BYTES ? [] : [`flooded standard error with ${Math.round(complained / 1024 / 1024)} MB`]),
    ];
  }

  async close(politely = true): Promise<void> {
    const [client, group] = [this.#client, this.#group];
    this.#client = undefined;
    await client?.close().catch(() => undefined);
    await group?.end(politely);
  }

  /** For good: whoever is about to start it again, does not. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.close(false);
  }

  get #open(): Client {
    if (this.#client === undefined) throw new Error("the server has ended");
    return this.#client;
  }

  async #connect(mode: "auto" | "legacy" | { readonly pin: string }): Promise<void> {
    if (this.#isOver) throw new TargetFailure("it has been ended");
    const { launch, url, startsWithinMs } = this.#plan;
    this.#group = launch === undefined ? undefined : new ProcessGroup(launch, url === undefined ? "piped" : "logged");
    const probe = mode === "auto" ? { probe: { timeoutMs: Math.round(startsWithinMs / 2) } } : {};
    const client = new Client(
      { name: "sallyport-probe", version: "0.1.0" },
      { capabilities: { elicitation: {} }, versionNegotiation: { mode, ...probe } },
    );
    client.setRequestHandler("elicitation/create", (request) => {
      this.#asked++;
      if (this.person === "decline") return { action: "decline" as const };
      const wanted = "requestedSchema" in request.params ? request.params.requestedSchema : {};
      return { action: "accept" as const, content: growMatching(wanted as Record<string, unknown>) };
    });
    this.#client = client;
    const connecting = url === undefined ? this.#overStdio(client) : this.#overHttp(client, url);
    const ended = this.#group?.exited.then(() => Promise.reject(new Error("the server has ended")));
    await Promise.race([connecting, ...(ended === undefined ? [] : [ended])]);
    ended?.catch(() => undefined);
  }

  async #overStdio(client: Client): Promise<void> {
    if (this.#group === undefined) throw new TargetFailure("there is neither a command nor a URL");
    this.#transport = new GroupTransport(this.#group);
    await client.connect(this.#transport, { timeout: this.#plan.startsWithinMs });
  }

  /** One that was only just started does not listen yet. */
  async #overHttp(client: Client, url: string): Promise<void> {
    const { headers = {}, startsWithinMs } = this.#plan;
    const giveUpAtMs = performance.now() + startsWithinMs;
    for (;;) {
      try {
        const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { ...headers } } });
        return await client.connect(transport, { timeout: startsWithinMs });
      } catch (error) {
        if (!this.isOwn || this.exit !== undefined || performance.now() > giveUpAtMs || !isUnheard(error)) throw error;
        await after(HTTP_STEP_MS);
      }
    }
  }

  async #failure(error: unknown): Promise<TargetFailure> {
    if (error instanceof TargetFailure) return error;
    // An end that is under way explains more than the connection that broke.
    if (this.#group !== undefined) await Promise.race([this.#group.exited, after(200)]);
    const { exit } = this;
    const log = this.#group?.log.trim().slice(-400) ?? "";
    const said = log === "" ? "" : `. It last said: ${log}`;
    const rubbish = this.oddities.length === 0 ? "" : `. It ${this.oddities.join("; it ")}`;
    if (exit?.why !== undefined) return new TargetFailure(`${exit.why}${said}`);
    if (exit !== undefined)
      return new TargetFailure(`it ended with ${exit.signal ?? `code ${exit.code}`} before it could be talked to${said}`);
    const told = error instanceof Error ? error.message : String(error);
    return new TargetFailure(`it does not answer as an MCP server (${told.slice(0, 300)})${rubbish}${said}`);
  }
}

const FLOOD_BYTES = 8 * 1024 * 1024;

function promisingNothing(tool: Tool): Tool {
  const { ...rest } = tool;
  delete rest.outputSchema;
  return rest;
}

/** An answer of the server's; everything else is silence or an end. */
const isRefusal = (error: unknown): boolean => error instanceof ProtocolError;

function isUnheard(error: unknown): boolean {
  const text = error instanceof Error ? `${error.message} ${String(error.cause)}` : "";
  return /ECONNREFUSED|fetch failed|ECONNRESET/.test(text);
}

function textOf(result: { readonly content?: unknown; readonly structuredContent?: unknown }): string {
  const content = Array.isArray(result.content) ? result.content : [];
  const texts = content.map((block: { readonly text?: unknown }) => (typeof block.text === "string" ? block.text : JSON.stringify(block)));
  return [...texts, ...(result.structuredContent === undefined ? [] : [JSON.stringify(result.structuredContent)])].join("\n");
}
