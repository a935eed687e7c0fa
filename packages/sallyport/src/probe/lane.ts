// Where cases are run one after the other: a stage that is kept while it works, and replaced when an attack has broken it.
import { BrokerFailure } from "./brokers/broker.ts";
import type { Attack, Outcome } from "./attacks/attack.ts";
import type { Profile } from "./profile.ts";
import type { Tried } from "./rounds.ts";
import { Stage } from "./stage.ts";
import { NotTaken } from "./taps/tap.ts";
import { TargetFailure } from "./targets/server.ts";

const failed = (ruling: Outcome["ruling"], said: string): Tried => ({ outcome: { ruling, said }, bench: undefined });

/** A target that withstood is as it was; of one that did not, nobody knows. */
const isUntouched = ({ ruling }: Outcome): boolean => ruling === "withstood" || ruling === "not-applicable";

const SETTLES_WITHIN_MS = 1000;

export class Lane {
  readonly #profile: Profile;
  readonly #consumed: readonly string[];
  /** Whose stage it is: the first is its opener's to close. */
  readonly #isGiven: boolean;
  #stage: Stage | undefined;
  #own: Stage | undefined;
  /** Never rejects. */
  #opening: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** `consumed`: what has to be read by somebody before a stage is ready. */
  constructor(profile: Profile, consumed: readonly string[], stage?: Stage) {
    this.#profile = profile;
    this.#consumed = consumed;
    this.#stage = stage;
    this.#isGiven = stage !== undefined;
  }

  async run(kind: Attack["stage"], work: (stage: Stage) => Promise<Tried>): Promise<Tried> {
    try {
      if (kind === "own") return await this.#onItsOwn(work);
      if (!this.#isGiven) await this.#renew();
      this.#stage ??= await this.#open();
      await this.#stage.revive();
      const ran = await work(this.#stage);
      if (!this.#isGiven && !isUntouched(ran.outcome)) await this.#discard();
      return ran;
    } catch (error) {
      if (error instanceof NotTaken) return failed("not-applicable", `the broker takes no such message (${error.message})`);
      // A fault, of ours or of the broker's, must not end what is said of everything else, nor pass for a defence.
      const said = troubleOf(error) ?? `it could not be carried out (${error instanceof Error ? error.message : String(error)})`;
      if (!this.#isGiven) await this.#discard();
      return failed("inconclusive", said);
    }
  }

  /** What is being opened ends itself then: nothing that was started is left behind. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#opening, this.#isGiven ? undefined : this.#stage?.close(), this.#own?.close()]);
    [this.#stage, this.#own] = [undefined, undefined];
  }

  async #discard(): Promise<void> {
    const stage = this.#stage;
    this.#stage = undefined;
    await stage?.close();
  }

  #open(): Promise<Stage> {
    const opening = this.#opened();
    this.#opening = opening.catch(() => undefined);
    return opening;
  }

  async #opened(): Promise<Stage> {
    if (this.#isClosed) throw new TargetFailure("it was ended before it was started");
    const stage = await Stage.open(this.#profile);
    const isRead = async (): Promise<boolean> => {
      if (this.#isClosed) return true;
      return areRead(this.#consumed, new Set((await stage.tap.owed()).map(({ destination }) => destination)));
    };
    await stage.until(isRead, this.#profile.bounds.startsWithinMs);
    if (!this.#isClosed) return stage;
    await stage.close();
    throw new TargetFailure("it was ended while it was starting");
  }

  async #onItsOwn(work: (stage: Stage) => Promise<Tried>): Promise<Tried> {
    const stage = await this.#open();
    this.#own = stage;
    try {
      return await work(stage);
    } finally {
      this.#own = undefined;
      await stage.close();
    }
  }

  /** What still owes somebody something, or has ended, would change what the next case shows. */
  async #renew(): Promise<void> {
    const stage = this.#stage;
    if (stage === undefined || (stage.isUp && (await stage.until(() => stage.isSettled(), SETTLES_WITHIN_MS)))) return;
    await this.#discard();
  }
}

/** A place of answers may have another name on each copy, with chance in it: then there are as many, and not the same. */
export function areRead(consumed: readonly string[], read: ReadonlySet<string>): boolean {
  const missing = consumed.filter((destination) => !read.has(destination));
  return missing.length < Math.max(consumed.length, 1) && read.size >= consumed.length;
}

/** What can be said of an error that is the target's, or its broker's. */
export function troubleOf(error: unknown): string | undefined {
  if (error instanceof TargetFailure) return `the target could not be run: ${error.message}`;
  return error instanceof BrokerFailure ? `the broker could not be reached: ${error.message}` : undefined;
}
