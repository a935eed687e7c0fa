// What attacks from behind ask in common: somebody who has seen honest messages and may write to the broker, as anybody
// with its password can. They need something that consumes, and mostly somewhere to see what it did.
import type { Bench, Sent } from "../bench.ts";
import type { Known } from "../known.ts";
import { isRecord } from "../schema/grow.ts";
import type { Seen } from "../taps/tap.ts";
import { type Case, inconclusive, notApplicable, type Outcome, shown, withstood } from "./attack.ts";

/** A message that was published by an honest call, seen on the broker and dealt with. */
export interface Captured extends Sent {
  readonly message: Seen;
}

export const ID = /^(?:id|message_?id|event_?id|uuid|correlation_?id|nonce|jti)$/i;
export const TIME = /^(?:time(?:stamp)?|ts|date|created(?:_?at)?|published(?:_?at)?|sent(?:_?at)?|occurred(?:_?at)?|iat)$/i;

/** Cases from behind, or why there are none. */
export function fromBehind(
  known: Known,
  needs: "effects" | "consumer",
  cases: (destination: string) => readonly Case[],
): readonly Case[] | Outcome {
  const { publisher, consumed, profile, hasEffects } = known;
  const isDry = publisher?.honestly === "not called";
  if (consumed.length === 0 && !isDry) return notApplicable("nothing of the target consumes from the broker");
  if (publisher === undefined)
    return inconclusive("no tool publishes an honest message that could be captured; give messages.honest in the profile");
  if (!isDry && !consumed.some((destination) => publisher.destinations.includes(destination))) {
    return notApplicable("what its tools publish, nothing of the target consumes");
  }
  if (needs === "effects" && !hasEffects)
    return inconclusive(`nothing shows what ${profile.name} does with a message; give effects in the profile`);
  return cases(publisher.destinations.find((destination) => consumed.includes(destination)) ?? "the destination of honest messages");
}

/** Sends an honest message and waits until it was dealt with. */
export async function captured(bench: Bench): Promise<Captured | Outcome> {
  const sent = await bench.send();
  if (sent.message === undefined) return inconclusive(`an honest message was not seen on the broker (${sent.answer.text.slice(0, 160)})`);
  if (!(await bench.arrives(sent.canary)))
    return inconclusive("an honest message was not dealt with, so that nothing can be said of another");
  return { ...sent, message: sent.message };
}

/** A place that this copy of the target reads. One of answers may have another name on each copy: its own is meant then. */
export async function readLike(other: string, { consumed, publisher }: Known, { stage }: Bench): Promise<string | undefined> {
  const read = (await stage.tap.owed()).map(({ destination }) => destination);
  if (read.includes(other)) return other;
  return read.find((name) => !consumed.includes(name) && publisher?.destinations.includes(name) !== true);
}

export const isOutcome = (value: object): value is Outcome => "ruling" in value;

export interface Since {
  readonly times: number;
  /** Why it says nothing that it was not acted on; absent when an honest message behind it was dealt with. */
  readonly doubt: string | undefined;
  /** Else it is still to be tried, which may be a fault of its own. */
  readonly isSettled: boolean;
}

/** Waits until what was put has had its turn, and says how often the message was dealt with since. */
export async function againAfter(bench: Bench, canary: string, before: number): Promise<Since> {
  const { stage, bounds, known } = bench;
  const honest = before === 0 ? 0 : Math.max(before, known.linesEach);
  const isActedOn = async (): Promise<boolean> => ((await stage.effects?.done(canary)) ?? 0) > honest;
  const behind = await bench.behind();
  let isSettled = false;
  if (behind === "dealt with") {
    // A copy of what is in work may be put off until that is over: it has had its turn when nothing is owed.
    await stage.until(async () => (isSettled = await stage.isSettled()) || (await isActedOn()), bounds.patienceMs);
    // Who settles first acts on it later than nothing is owed.
    if (bench.settlesFirst) await stage.until(isActedOn, bounds.watchMs);
    if (await isActedOn()) await bench.settles(bounds.watchMs);
  }
  const times = Math.ceil(((await bench.timesDone(canary)) - honest) / known.linesEach);
  return { times, isSettled, doubt: behind === "dealt with" ? undefined : `an honest message behind it was ${NOT_DEALT_WITH[behind]}` };
}

const NOT_DEALT_WITH = { unseen: "not seen on the broker", "not dealt with": "not dealt with" };

/** Of what was not acted on. */
export function unlessDoubted({ doubt, isSettled }: Since, saw: string): Outcome {
  if (doubt !== undefined) return inconclusive(doubt);
  return isSettled ? withstood(saw) : inconclusive("it was not acted on, and is still to be tried");
}

/** Of gaps between attempts that grow, the next is longer than the last. */
const NEXT_OF_LAST = 2.5;

/**
 * Waits until a message whose handling fails is tried no more, or was tried too often. Who settles first, or keeps what is to
 * be tried again where nobody sees it, is owed nothing meanwhile: only that no attempt follows says that it is over.
 */
export async function lastAttempt(
  { stage, bounds }: Bench,
  canary: string,
  most = Infinity,
): Promise<{ readonly tries: number; readonly isOver: boolean }> {
  let tries = 0;
  let lastAtMs = performance.now();
  let quietMs = bounds.watchMs;
  const isOver = await stage.until(async () => {
    const now = (await stage.effects?.tried(canary)) ?? 0;
    const sinceMs = performance.now() - lastAtMs;
    if (now > tries) {
      if (tries > 0) quietMs = Math.max(quietMs, sinceMs * NEXT_OF_LAST);
      [tries, lastAtMs] = [now, performance.now()];
    }
    return tries > most || (tries > 0 && performance.now() - lastAtMs >= quietMs && (await stage.isSettled()));
  }, bounds.attemptsWithinMs);
  return { tries, isOver };
}

/** Captures an honest message, puts what `change` makes of it, and asks whether it was acted on. */
export async function replayed(bench: Bench, change: (message: Seen) => string | undefined, what: string): Promise<Outcome> {
  const honest = await captured(bench);
  if (isOutcome(honest)) return honest;
  const text = change(honest.message);
  if (text === undefined) return notApplicable(`the message has nothing of the kind in it`);
  const before = await bench.timesDone(honest.canary);
  await bench.putText(honest.message, text);
  const since = await againAfter(bench, honest.canary, before);
  if (since.times > 0) return shown(`${what} was acted on again`);
  return unlessDoubted(since, `${what} was not acted on; an honest message behind it was`);
}

/** The same JSON with members changed, at any depth and inside text that is JSON. `undefined` when nothing was changed. */
export function rewritten(text: string, change: (name: string, value: unknown) => unknown): string | undefined {
  let isChanged = false;
  const visit = (value: unknown): unknown => {
    if (typeof value === "string" && value.startsWith("{")) return textual(value);
    if (Array.isArray(value)) return value.map(visit);
    if (!isRecord(value)) return value;
    const members = Object.entries(value).map(([name, member]) => {
      const changed = change(name, member);
      if (changed !== member) isChanged = true;
      return [name, changed === member ? visit(member) : changed] as const;
    });
    return Object.fromEntries(members);
  };
  const textual = (json: string): string => {
    try {
      return JSON.stringify(visit(JSON.parse(json)));
    } catch {
      return json;
    }
  };
  const made = textual(text);
  return isChanged ? made : undefined;
}

/** A time in the same form as the one that is there; a text where that was one. */
export const timeLike = (value: unknown, ms: number): unknown =>
  typeof value === "number" ? (value > 1e11 ? ms : Math.round(ms / 1000)) : new Date(ms).toISOString();

export const isTime = (name: string, value: unknown): boolean =>
  TIME.test(name) && (typeof value === "number" || (typeof value === "string" && !Number.isNaN(Date.parse(value))));
