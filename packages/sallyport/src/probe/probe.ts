// The probe, in the order in which it happens: start the target beside its broker, learn what an honest call does, attack
// it, and try again with other canaries whatever was shown. What it is asked and what it answers are plain data.
import type { AttackVerdict, CaseVerdict, Ruling } from "../finding/verdict.ts";
import { type Attack, type Case, inconclusive, type Outcome } from "./attacks/attack.ts";
import { ATTACKS } from "./attacks/index.ts";
import { Bench } from "./bench.ts";
import { type Known, learn } from "./known.ts";
import { Lane, troubleOf } from "./lane.ts";
import { Lanes } from "./lanes.ts";
import type { Profile } from "./profile.ts";
import { plainCommands } from "./reproduce.ts";
import { inRounds, type Tried } from "./rounds.ts";
import { withoutSecrets } from "./secrets.ts";
import { Stage } from "./stage.ts";
import { hasLogin } from "./taps/tap.ts";
import { withCache } from "./fetched.ts";

export interface ProbeRequest {
  readonly profile: Profile;
  readonly seed: string;
  /** Ids of attacks; absent means all. */
  readonly only?: readonly string[] | undefined;
  /** One case of them, counted from 1. */
  readonly case?: number | undefined;
  /** Says what would be sent, and sends nothing but the question for the tools. */
  readonly isDry?: boolean;
  /** How many targets run side by side. Default 6. */
  readonly lanes?: number;
  /** After this the rest is inconclusive. Default ten minutes. */
  readonly withinMs?: number;
  /** How a case is run again: the command, with `{case}` where the flags go that name it. */
  readonly command?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly phase: "start" | "learn" | "attack";
  readonly attack?: string;
  readonly case?: string;
  readonly ruling?: Ruling;
  readonly done?: number;
  readonly of?: number;
}

export interface ProbeResult {
  readonly target: string;
  readonly seed: string;
  readonly broker: string;
  /** The target or its broker could not be run: why. */
  readonly failure?: string;
  readonly tools: readonly string[];
  readonly consumed: readonly string[];
  readonly verdicts: readonly AttackVerdict[];
  /** What it did that it should not, beside the attacks. */
  readonly notes: readonly string[];
  readonly tookMs: number;
}

interface Item {
  readonly attack: Attack;
  readonly case: Case;
  readonly number: number;
}

/** Asked to stop: everything that was started has been ended. */
export class Interrupted extends Error {}

const LANES = 6;
const SIDE_BY_SIDE = 6;

export async function probe(request: ProbeRequest): Promise<ProbeResult> {
  const { profile, seed, isDry = false, onProgress = () => undefined } = request;
  const startedAtMs = performance.now();
  const attacks = ATTACKS.filter(({ id }) => request.only === undefined || request.only.includes(id));
  const base = { target: profile.name, seed, broker: profile.broker.kind };
  const took = (): number => Math.round(performance.now() - startedAtMs);
  onProgress({ phase: "start" });
  const cached = withCache(profile);
  const opening = Stage.open(cached.profile);
  const lanes = new Lanes();
  const work = async (): Promise<ProbeResult> => {
    const first = await opening;
    onProgress({ phase: "learn" });
    const known = await learn(first, seed, isDry);
    const verdicts = await attackAll({ ...request, profile: cached.profile }, attacks, known, first, lanes, startedAtMs);
    return {
      ...base,
      tools: known.tools.map(({ name }) => name),
      consumed: known.consumed,
      verdicts,
      notes: notesOf(known, first, request),
      tookMs: took(),
    };
  };
  try {
    return withoutSecrets(await unlessInterrupted(work(), request.signal), profile);
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble === undefined) throw error;
    const failure = `${trouble}${cached.remedy}`;
    const verdicts = attacks.map((attack) => ruled(attack, { ruling: "inconclusive", said: failure }));
    return withoutSecrets({ ...base, failure, tools: [], consumed: [], verdicts, notes: [], tookMs: took() }, profile);
  } finally {
    await lanes.close();
    await (await opening.catch(() => undefined))?.close();
    cached.end();
  }
}

/** What is under way when it is interrupted loses its target, and what becomes of it is nobody's concern. */
async function unlessInterrupted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const interrupted = new Promise<never>((_resolve, reject) => {
    const stop = (): void => reject(new Interrupted("interrupted"));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  work.catch(() => undefined);
  return Promise.race([work, interrupted]);
}

async function attackAll(
  request: ProbeRequest,
  attacks: readonly Attack[],
  known: Known,
  first: Stage,
  lanes: Lanes,
  startedAtMs: number,
): Promise<readonly AttackVerdict[]> {
  const planned = attacks.map((attack) => [attack, attack.cases(known)] as const);
  const items = planned.flatMap(([attack, cases]) => (isNone(cases) ? [] : itemsOf(attack, cases, request)));
  const verdicts = new Map<Item, CaseVerdict>();
  const { isDry = false, onProgress = () => undefined, withinMs = 600_000 } = request;
  const isOver = (): boolean => performance.now() - startedAtMs > withinMs;
  const settle = (item: Item, verdict: CaseVerdict): void => {
    verdicts.set(item, verdict);
    onProgress({
      phase: "attack",
      attack: item.attack.id,
      case: item.case.name,
      ruling: verdict.ruling,
      done: verdicts.size,
      of: items.length,
    });
  };
  const front = new Lane(request.profile, known.consumed, first);
  const judge = async (item: Item): Promise<void> => {
    if (isDry) return settle(item, planOf(item));
    const once = (round: number, began: () => void): Promise<Tried> => {
      const on = async (lane: Lane): Promise<Tried> => {
        if (isOver()) return { outcome: inconclusive("time ran out before it was tried"), bench: undefined };
        return tried(item, round, lane, known, request, began);
      };
      // What was begun is brought to its end before anything else is.
      const { stage, waitsFor } = item.attack;
      const urgency = round > 1 ? Infinity : waitsFor === undefined ? 0 : known.profile.bounds[waitsFor];
      return stage === "shared" ? on(front) : lanes.use(urgency, on);
    };
    const { outcome, bench } = await inRounds(once);
    settle(item, verdictOf(item, outcome, bench, request));
  };
  const [shared, others] = [true, false].map((isShared) => items.filter(({ attack }) => (attack.stage === "shared") === isShared));
  const atTheFront = sideBySide(shared!, judge);
  // On a broker that is there already, two copies of the target would take each other's messages.
  const isTheOnlyOne = request.profile.broker.url !== undefined;
  if (isTheOnlyOne) await atTheFront.then(() => first.close());
  const count = isTheOnlyOne ? 2 : Math.max(request.lanes ?? LANES, 2);
  for (let lane = 1; lane < count; lane++) lanes.add(new Lane(request.profile, known.consumed));
  await Promise.all([atTheFront, ...others!.map(judge)]);
  return planned.map(([attack, cases]) =>
    isNone(cases)
      ? ruled(attack, cases)
      : summed(
          attack,
          items.filter((item) => item.attack === attack).map((item) => verdicts.get(item)!),
        ),
  );
}

async function sideBySide(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = [...items];
  const drain = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, drain));
}

const isNone = (cases: readonly Case[] | Outcome): cases is Outcome => "ruling" in cases;

function itemsOf(attack: Attack, cases: readonly Case[], { case: wanted }: ProbeRequest): readonly Item[] {
  const items = cases.map((one, index) => ({ attack, case: one, number: index + 1 }));
  return wanted === undefined ? items : items.filter(({ number }) => number === wanted);
}

function tried(
  { attack, case: one }: Item,
  round: number,
  lane: Lane,
  known: Known,
  { seed }: ProbeRequest,
  began: () => void,
): Promise<Tried> {
  return lane.run(attack.stage, async (stage) => {
    began();
    const bench = new Bench(stage, known, { seed, attack: attack.id, case: one.name, round });
    return { bench, outcome: unlessUnanswered(await one.run(bench), bench) };
  });
}

/** A server that answered nothing has warded nothing off. */
const unlessUnanswered = (outcome: Outcome, { isUnheard }: Bench): Outcome =>
  outcome.ruling === "withstood" && isUnheard ? inconclusive("no call was answered in time") : outcome;

function verdictOf({ attack, case: one, number }: Item, outcome: Outcome, bench: Bench | undefined, request: ProbeRequest): CaseVerdict {
  const flags = `--only ${attack.id} --case ${number} --seed ${request.seed}`;
  const again = (request.command ?? "sallyport probe {case}").replace("{case}", () => flags);
  return {
    number,
    name: one.name,
    at: one.at,
    threats: outcome.threats ?? one.threats ?? attack.threats,
    ruling: outcome.ruling === "shown" ? "proven" : outcome.ruling,
    said: outcome.said,
    evidence: bench?.record ?? [],
    reproduce: outcome.ruling === "shown" ? [again, ...plainCommands(request.profile, bench?.commands ?? [])] : [again],
  };
}

const planOf = ({ attack, case: one, number }: Item): CaseVerdict => ({
  number,
  name: one.name,
  at: one.at,
  threats: one.threats ?? attack.threats,
  ruling: "inconclusive",
  said: `would send ${one.sends}`,
  evidence: [],
  reproduce: [],
});

const ruled = ({ id, title, threats, axis, severity, fix }: Attack, { ruling, said }: Outcome): AttackVerdict => ({
  attack: id,
  title,
  threats,
  axis,
  severity,
  fix,
  ruling: ruling === "shown" ? "proven" : ruling,
  said,
  cases: [],
});

/** The worst case rules; what was not applicable says nothing where anything else was. */
const WORST: readonly Ruling[] = ["proven", "inconclusive", "withstood", "not-applicable"];

function summed(attack: Attack, cases: readonly CaseVerdict[]): AttackVerdict {
  const ruling = WORST.find((one) => cases.some((verdict) => verdict.ruling === one)) ?? "not-applicable";
  const those = cases.filter((verdict) => verdict.ruling === ruling);
  const said = those[0]?.said ?? "there is no case of that number";
  const more = those.length > 1 ? ` (and ${those.length - 1} more ${those.length === 2 ? "case" : "cases"})` : "";
  return { ...ruled(attack, { ruling: "inconclusive", said: `${said}${more}` }), ruling, cases };
}

function notesOf({ tools }: Known, { server }: Stage, { only, profile: { broker } }: ProbeRequest): readonly string[] {
  const unable = tools.filter(({ said, honestly }) => honestly === "refused" && said.startsWith("no arguments could be made"));
  return [
    ...(only === undefined ? [] : ["Not everything was attacked: the grade is of these attacks alone."]),
    ...(broker.url !== undefined && hasLogin(broker.url) ? ["The broker's address has a login in it: commands name it $BROKER_URL."] : []),
    ...(tools.length === 0 ? ["The server lists no tools."] : []),
    ...unable.map(({ name }) => `No arguments could be made that fit the schema of ${name}: it was attacked with incomplete ones.`),
    ...server.oddities.map((oddity) => `The server ${oddity}.`),
  ];
}
