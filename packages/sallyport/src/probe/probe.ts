// The probe, in the order in which it happens: start the target beside its broker, learn what an honest call does, attack
// it, and try again with other canaries whatever was shown. What it is asked and what it answers are plain data.
import type { AttackVerdict, CaseVerdict, Ruling } from "../finding/verdict.ts";
import type { Attack, Case, Outcome } from "./attacks/attack.ts";
import { ATTACKS } from "./attacks/index.ts";
import { Bench } from "./bench.ts";
import { type Known, learn } from "./known.ts";
import { Lane, troubleOf } from "./lane.ts";
import type { Profile } from "./profile.ts";
import { plainCommands } from "./reproduce.ts";
import { Stage } from "./stage.ts";

export interface ProbeRequest {
  readonly profile: Profile;
  readonly seed: string;
  /** Ids of attacks; absent means all. */
  readonly only?: readonly string[] | undefined;
  /** One case of them, counted from 1. */
  readonly case?: number | undefined;
  /** Says what would be sent, and sends nothing but the question for the tools. */
  readonly isDry?: boolean;
  /** How many targets run side by side. Default 5. */
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

const ROUNDS = 2;
const SIDE_BY_SIDE = 6;

export async function probe(request: ProbeRequest): Promise<ProbeResult> {
  const { profile, seed, isDry = false, onProgress = () => undefined } = request;
  const startedAtMs = performance.now();
  const attacks = ATTACKS.filter(({ id }) => request.only === undefined || request.only.includes(id));
  const base = { target: profile.name, seed, broker: profile.broker.kind };
  const took = (): number => Math.round(performance.now() - startedAtMs);
  onProgress({ phase: "start" });
  const opening = Stage.open(profile);
  const lanes: Lane[] = [];
  const work = async (): Promise<ProbeResult> => {
    const first = await opening;
    onProgress({ phase: "learn" });
    const known = await learn(first, seed, isDry);
    const verdicts = await attackAll(request, attacks, known, first, lanes, startedAtMs);
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
    return await unlessInterrupted(work(), request.signal);
  } catch (error) {
    const failure = troubleOf(error);
    if (failure === undefined) throw error;
    const verdicts = attacks.map((attack) => ruled(attack, { ruling: "inconclusive", said: failure }));
    return { ...base, failure, tools: [], consumed: [], verdicts, notes: [], tookMs: took() };
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
    await (await opening.catch(() => undefined))?.close();
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
  lanes: Lane[],
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
  const judge = async (item: Item, lane: Lane): Promise<void> => {
    if (isDry) return settle(item, planOf(item));
    if (isOver()) return settle(item, { ...planOf(item), said: "time ran out before it was tried" });
    settle(item, await inRounds(item, lane, known, request));
  };
  const drain = async (queue: Item[], lane: Lane): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await judge(item, lane);
  };
  const front = new Lane(request.profile, known.consumed, first);
  const others = items.filter(({ attack }) => attack.stage !== "shared");
  const shared = items.filter(({ attack }) => attack.stage === "shared");
  lanes.push(...Array.from({ length: Math.max((request.lanes ?? 5) - 1, 1) }, () => new Lane(request.profile, known.consumed)));
  await Promise.all([sideBySide(shared, (queue) => drain(queue, front)), ...lanes.map((lane) => drain(others, lane))]);
  return planned.map(([attack, cases]) =>
    isNone(cases)
      ? ruled(attack, cases)
      : summed(
          attack,
          items.filter((item) => item.attack === attack).map((item) => verdicts.get(item)!),
        ),
  );
}

const sideBySide = (items: readonly Item[], work: (queue: Item[]) => Promise<void>): Promise<unknown> => {
  const queue = [...items];
  return Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => work(queue)));
};

const isNone = (cases: readonly Case[] | Outcome): cases is Outcome => "ruling" in cases;

function itemsOf(attack: Attack, cases: readonly Case[], { case: wanted }: ProbeRequest): readonly Item[] {
  const items = cases.map((one, index) => ({ attack, case: one, number: index + 1 }));
  return wanted === undefined ? items : items.filter(({ number }) => number === wanted);
}

/** Shown twice, with different canaries, is proof; shown once is not. */
async function inRounds(item: Item, lane: Lane, known: Known, request: ProbeRequest): Promise<CaseVerdict> {
  let last: { readonly outcome: Outcome; readonly bench: Bench | undefined } | undefined;
  for (let round = 1; round <= ROUNDS; round++) {
    const turn = { seed: request.seed, attack: item.attack.id, case: item.case.name, round };
    const before = last;
    last = await lane.run(item.attack.stage, async (stage) => {
      const bench = new Bench(stage, known, turn);
      return { bench, outcome: unlessUnanswered(await item.case.run(bench), bench) };
    });
    if (last.outcome.ruling !== "shown") {
      if (before === undefined) break;
      const said = `shown once and not again: ${before.outcome.said}. The second time: ${last.outcome.said}`;
      return verdictOf(item, { ruling: "inconclusive", said }, last.bench, request);
    }
  }
  const { outcome, bench } = last!;
  return verdictOf(item, outcome, bench, request);
}

/** A server that answered nothing at all, because it was slow or gone, has warded nothing off. */
function unlessUnanswered(outcome: Outcome, { record }: Bench): Outcome {
  const answers = record.filter(({ what }) => what === "answered");
  if (outcome.ruling !== "withstood" || answers.length === 0 || !answers.every(({ said }) => said.startsWith("lost"))) return outcome;
  return { ruling: "inconclusive", said: "no call was answered in time" };
}

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

function notesOf({ tools }: Known, { server }: Stage, { only }: ProbeRequest): readonly string[] {
  const unable = tools.filter(({ said, honestly }) => honestly === "refused" && said.startsWith("no arguments could be made"));
  return [
    ...(only === undefined ? [] : ["Not everything was attacked: the grade is of these attacks alone."]),
    ...(tools.length === 0 ? ["The server lists no tools."] : []),
    ...unable.map(({ name }) => `No arguments could be made that fit the schema of ${name}: it was attacked with incomplete ones.`),
    ...server.oddities.map((oddity) => `The server ${oddity}.`),
  ];
}
