// What one case of one attack has in hand: the stage, canaries of its own, and a record of everything that it did and saw.
import type { Happening } from "../finding/verdict.ts";
import type { Doubt } from "./beside.ts";
import { canaryOf } from "./canary.ts";
import type { Known, KnownTool } from "./known.ts";
import { filled, type Profile } from "./profile.ts";
import type { Stage } from "./stage.ts";
import type { Answer } from "./targets/server.ts";
import { carries, decoded, encoded, type Message, NotTaken, type Seen } from "./taps/tap.ts";

export interface Turn {
  readonly seed: string;
  readonly attack: string;
  readonly case: string;
  /** From 1. */
  readonly round: number;
}

export interface Sent {
  readonly canary: string;
  readonly answer: Answer;
  /** As it was seen on the broker. */
  readonly message: Seen | undefined;
}

type Kind = keyof Profile["messages"];

/** Of an honest message that comes behind others. `unseen`: it was not published, which says nothing of those before it. */
export type Behind = "dealt with" | "not dealt with" | "unseen";

const SHOWN = 600;
/** On a machine that has slowed down, everything has. */
const PATIENCE_OF_TAKEN = 5;

export class Bench {
  readonly stage: Stage;
  readonly known: Known;
  readonly record: Happening[] = [];
  /** Plain commands that do what this case did. */
  readonly commands: string[] = [];
  readonly #turn: Turn;
  readonly #startedAtMs = performance.now();
  #canaries = 0;
  #lastTool = "";
  #slowestMs = 0;
  /** Whether the last call was refused: then nothing of it was looked at but what refused it. */
  wasRefused = false;
  /** Whether a call has gone without an answer. */
  hasLost = false;
  /** Why nothing can be said of what was not seen, once there was a reason. */
  doubt: Doubt;
  /** Whether the consumer was seen to settle a message before it had dealt with it. */
  settlesFirst = false;
  #hasAnswered = false;
  #hasDealt = false;
  #begun = 0;
  #underWay = 0;

  constructor(stage: Stage, known: Known, turn: Turn) {
    this.stage = stage;
    this.known = known;
    this.#turn = turn;
  }

  get bounds(): Profile["bounds"] {
    return this.known.profile.bounds;
  }

  /**
   * Whether calls were made and none was answered, since the server was slow or gone. One that answers when its consumer does is
   * silent while that is down: what was dealt with, it had sent.
   */
  get isUnheard(): boolean {
    return this.#lastTool !== "" && !this.#hasAnswered && !this.#hasDealt;
  }

  canary(): string {
    const { seed, attack, case: name, round } = this.#turn;
    return canaryOf(seed, attack, name, round, ++this.#canaries);
  }

  async call(
    tool: string,
    unfilled: Record<string, unknown>,
    timeoutMs = this.bounds.answersWithinMs,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const given = this.stage.filled(unfilled);
    const request = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: tool, arguments: given } };
    this.note("called", `${tool} with ${shortened(written(given))}`);
    const command = JSON.stringify(request);
    if (command.length < 4000) this.commands.push(command);
    const [begun, beside] = [++this.#begun, this.#underWay++];
    const answer = await this.stage.server.call(tool, given, timeoutMs, signal);
    this.#underWay--;
    this.#lastTool = tool;
    this.wasRefused = answer.how === "refused";
    const isGivenUp = answer.how === "lost" && signal?.aborted === true;
    this.hasLost ||= answer.how === "lost" && signal === undefined;
    this.#hasAnswered ||= answer.how !== "lost";
    // Of several that were made at once, each answer says whose it is.
    const whose = beside === 0 && this.#begun === begun ? "" : `${tool}, `;
    const person = answer.asked > 0 ? ", a person was asked" : "";
    if (!isGivenUp) this.note("answered", `${whose}${answer.how} after ${answer.tookMs} ms${person}: ${shortened(answer.text)}`);
    return answer;
  }

  /** Messages with this text that were not put by the probe; waits for the first. */
  async published(text: string, withinMs: number): Promise<readonly Seen[]> {
    await this.stage.until(async () => (await this.#carrying(text)).length > 0, withinMs);
    const found = await this.#carrying(text);
    for (const seen of found) this.noteSeen(seen);
    return found;
  }

  async #carrying(text: string): Promise<readonly Seen[]> {
    return (await this.stage.tap.seen()).filter((seen) => !seen.own && seen.form !== "value" && carries(seen, text));
  }

  /**
   * After an answer: what was refused is not waited for as long; what was not answered may be under way. Where nothing is
   * seen, it is looked for again when an honest call that came behind was published.
   */
  async after(answer: Answer, text: string): Promise<readonly Seen[]> {
    const withinMs = answer.how === "refused" ? Math.min(200, this.bounds.watchMs) : this.bounds.watchMs;
    const found = await this.published(text, withinMs);
    if (found.length > 0) return found;
    await this.beside();
    return this.published(text, 0);
  }

  /** Why an honest call of the tool that was called last, made behind it, says nothing; absent when it was published. */
  async beside(): Promise<Doubt> {
    const tool = this.known.tools.find(({ name }) => name === this.#lastTool);
    if (tool?.honestly !== "published") return `no honest call of ${this.#lastTool} got through`;
    const doubt = await this.stage.honestCalls.next(tool.name, (number) => this.#honestly(tool, number));
    this.note("seen", doubt ?? `what an honest call of ${tool.name} behind it published`);
    this.doubt ??= doubt;
    return doubt;
  }

  async #honestly({ name, honest }: KnownTool, number: number): Promise<Doubt> {
    const { answersWithinMs, patienceMs } = this.bounds;
    const canary = canaryOf(this.#turn.seed, "beside", name, number);
    const { how, text } = await this.stage.server.call(name, this.stage.filled(honest(canary) ?? {}), answersWithinMs);
    if (how !== "accepted") return `an honest call of ${name} behind it was ${how} too: ${shortened(text)}`;
    const isSeen = await this.stage.until(async () => (await this.#carrying(canary)).length > 0, patienceMs);
    return isSeen ? undefined : `what an honest call of ${name} behind it publishes was not seen in ${patienceMs} ms`;
  }

  async put(message: Message, form?: string): Promise<void> {
    this.note("put", `on ${message.destination}: ${shortened(decoded(message.bytes))}`);
    if (message.bytes.length < 4000) this.commands.push(this.stage.tap.commandFor(message));
    await this.stage.tap.put(message, form);
  }

  /**
   * Whether there can be a destination of that name, and is one now: where the broker takes nothing for one that nobody has
   * made, that the target could not publish there would be no defence.
   */
  async make(name: string, form?: string): Promise<boolean> {
    const { tap } = this.stage;
    if (tap.make === undefined) return true;
    try {
      this.commands.push(await tap.make(name, form));
      this.note("process", `there is an empty destination ${name}`);
      return true;
    } catch (error) {
      if (error instanceof NotTaken) return false;
      throw error;
    }
  }

  /** The same message, with other text. */
  async putText(like: Seen, text: string): Promise<void> {
    await this.put({ ...like, bytes: encoded(text) }, like.form);
  }

  /** An honest message, or one of the profile's others, by the target's own tool. */
  send(kind: Kind = "honest", tool: KnownTool | undefined = this.known.publisher): Promise<Sent> {
    return this.begin(kind, tool).sent;
  }

  /** As `send`, for those who do not wait: some tools answer when the message was dealt with. */
  begin(
    kind: Kind = "honest",
    tool: KnownTool | undefined = this.known.publisher,
  ): { readonly canary: string; readonly sent: Promise<Sent> } {
    const canary = this.canary();
    return { canary, sent: this.#sent(canary, kind, tool) };
  }

  async #sent(canary: string, kind: Kind, tool: KnownTool | undefined): Promise<Sent> {
    const given = kind === "honest" ? undefined : this.stage.given.messages[kind];
    const name = given?.tool ?? tool?.name ?? "";
    const args = given === undefined ? tool?.honest(canary) : filled(given.arguments, { canary });
    const answer = await this.call(name, args ?? {});
    const [message] = await this.published(canary, this.#publishesWithinMs(answer, tool));
    return { canary, answer, message };
  }

  /** An honest message should be seen, where one of this tool ever was. */
  #publishesWithinMs({ how }: Answer, tool: KnownTool | undefined): number {
    const { watchMs, patienceMs } = this.bounds;
    if (how === "refused") return Math.min(200, watchMs);
    return tool?.honestly === "published" ? patienceMs : watchMs;
  }

  /** Whether its effect came in time; without effects to see, whether nobody is owed anything. */
  async arrives(canary: string, withinMs = this.bounds.patienceMs): Promise<boolean> {
    const { effects } = this.stage;
    if (effects === undefined) return this.stage.until(() => this.stage.isSettled(), withinMs);
    const startedAtMs = performance.now();
    const came = await this.stage.until(async () => {
      const isSettled = !this.settlesFirst && (await this.stage.isSettled());
      const isDone = (await effects.done(canary)) > 0;
      this.settlesFirst ||= isSettled && !isDone;
      return isDone;
    }, withinMs);
    if (came) this.#slowestMs = Math.max(this.#slowestMs, performance.now() - startedAtMs);
    this.#hasDealt ||= came;
    this.note("effect", came ? `${canary} was dealt with` : `${canary} was not dealt with in ${Math.round(withinMs)} ms`);
    return came;
  }

  /** How often the target acted on it, when everything before now has had its time. */
  async timesDone(canary: string): Promise<number> {
    const count = (await this.stage.effects?.done(canary)) ?? 0;
    this.note("effect", `${canary} was dealt with ${count} times`);
    return count;
  }

  /** An honest message that comes behind: when it was dealt with, those before it had their turn. */
  async behind(withinMs = this.bounds.patienceMs): Promise<Behind> {
    const { canary, message } = await this.send();
    if (message === undefined) return "unseen";
    return (await this.arrives(canary, Math.max(withinMs, this.#slowestMs * PATIENCE_OF_TAKEN))) ? "dealt with" : "not dealt with";
  }

  async fence(): Promise<boolean> {
    return (await this.behind()) === "dealt with";
  }

  /** Whether everything that was put or sent is settled, in the end. */
  settles(withinMs = this.bounds.patienceMs): Promise<boolean> {
    return this.stage.until(() => this.stage.isSettled(), withinMs);
  }

  note(what: Happening["what"], said: string): void {
    this.record.push({ atMs: Math.round(performance.now() - this.#startedAtMs), what, said });
  }

  noteSeen({ destination, text, headers, key }: Seen): void {
    const beside = Object.keys(headers).filter((name) => !name.startsWith("\0"));
    const also = [...beside.map((name) => `${name}: ${headers[name]}`), ...(key === undefined ? [] : [`key: ${key}`])];
    this.note("seen", `on ${shortened(destination)}: ${shortened(text)}${also.length === 0 ? "" : ` (${shortened(also.join(", "))})`}`);
  }
}

const shortened = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}… (${text.length} characters)` : text);

/** `JSON.stringify` gives up on what is too deep. */
function written(given: unknown): string {
  try {
    return JSON.stringify(given);
  } catch {
    return "something nested very deep";
  }
}
