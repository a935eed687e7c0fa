// What one case of one attack has in hand: the stage, canaries of its own, and a record of everything that it did and saw.
import type { Happening } from "../finding/verdict.ts";
import { canaryOf } from "./canary.ts";
import type { Known, KnownTool } from "./known.ts";
import { filled, type Profile } from "./profile.ts";
import type { Stage } from "./stage.ts";
import type { Answer } from "./targets/server.ts";
import { decoded, encoded, type Message, type Seen } from "./taps/tap.ts";

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

const SHOWN = 600;

export class Bench {
  readonly stage: Stage;
  readonly known: Known;
  readonly record: Happening[] = [];
  /** Plain commands that do what this case did. */
  readonly commands: string[] = [];
  readonly #turn: Turn;
  readonly #startedAtMs = performance.now();
  #canaries = 0;
  /** Whether the last call was refused: then nothing of it was looked at but what refused it. */
  wasRefused = false;

  constructor(stage: Stage, known: Known, turn: Turn) {
    this.stage = stage;
    this.known = known;
    this.#turn = turn;
  }

  get bounds(): Profile["bounds"] {
    return this.known.profile.bounds;
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
    const answer = await this.stage.server.call(tool, given, timeoutMs, signal);
    this.wasRefused = answer.how === "refused";
    this.note(
      "answered",
      `${answer.how} after ${answer.tookMs} ms${answer.asked > 0 ? ", a person was asked" : ""}: ${shortened(answer.text)}`,
    );
    return answer;
  }

  /** Messages with this text that were not put by the probe; waits for the first. */
  async published(text: string, withinMs: number): Promise<readonly Seen[]> {
    const look = async (): Promise<readonly Seen[]> =>
      (await this.stage.tap.seen()).filter((seen) => !seen.own && seen.form !== "value" && carries(seen, text));
    await this.stage.until(async () => (await look()).length > 0, withinMs);
    const found = await look();
    for (const seen of found) this.noteSeen(seen);
    return found;
  }

  /** After an answer: what was refused is not waited for as long; what was not answered may be under way. */
  after(answer: Answer, text: string): Promise<readonly Seen[]> {
    return this.published(text, answer.how === "refused" ? Math.min(200, this.bounds.watchMs) : this.bounds.watchMs);
  }

  async put(message: Message, form?: string): Promise<void> {
    this.note("put", `on ${message.destination}: ${shortened(decoded(message.bytes))}`);
    if (message.bytes.length < 4000) this.commands.push(this.stage.tap.commandFor(message));
    await this.stage.tap.put(message, form);
  }

  /** The same message, with other text. */
  async putText(like: Seen, text: string): Promise<void> {
    await this.put({ ...like, bytes: encoded(text) }, like.form);
  }

  /** An honest message, or one of the profile's others, by the target's own tool. */
  async send(kind: Kind = "honest", tool: KnownTool | undefined = this.known.publisher): Promise<Sent> {
    const canary = this.canary();
    const given = kind === "honest" ? undefined : this.stage.given.messages[kind];
    const name = given?.tool ?? tool?.name ?? "";
    const args = given === undefined ? tool?.honest(canary) : filled(given.arguments, { canary });
    const answer = await this.call(name, args ?? {});
    const [message] = await this.after(answer, canary);
    return { canary, answer, message };
  }

  /** Whether its effect came in time; without effects to see, whether nobody is owed anything. */
  async arrives(canary: string, withinMs = this.bounds.patienceMs): Promise<boolean> {
    const { effects } = this.stage;
    if (effects === undefined) return this.stage.until(() => this.stage.isSettled(), withinMs);
    const came = await this.stage.until(async () => (await effects.done(canary)) > 0, withinMs);
    this.note("effect", came ? `${canary} was dealt with` : `${canary} was not dealt with in ${withinMs} ms`);
    return came;
  }

  /** How often the target acted on it, when everything before now has had its time. */
  async timesDone(canary: string): Promise<number> {
    const count = (await this.stage.effects?.done(canary)) ?? 0;
    this.note("effect", `${canary} was dealt with ${count} times`);
    return count;
  }

  /** An honest message that comes behind: when it was dealt with, those before it had their turn. */
  async fence(withinMs = this.bounds.patienceMs): Promise<boolean> {
    const { canary, message } = await this.send();
    return message !== undefined && this.arrives(canary, withinMs);
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
    this.note("seen", `on ${destination}: ${shortened(text)}${also.length === 0 ? "" : ` (${shortened(also.join(", "))})`}`);
  }
}

const carries = ({ text, headers, key, destination }: Seen, wanted: string): boolean =>
  text.includes(wanted) ||
  destination.includes(wanted) ||
  key?.includes(wanted) === true ||
  Object.values(headers).some((value) => value.includes(wanted));

const shortened = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}… (${text.length} characters)` : text);

/** `JSON.stringify` gives up on what is too deep. */
function written(given: unknown): string {
  try {
    return JSON.stringify(given);
  } catch {
    return "something nested very deep";
  }
}
