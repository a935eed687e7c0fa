// One group's side of one stream: the names of its keys, and what is asked of them.
import { randomId } from "../ports/ids.ts";
import { Gathering } from "./gathering.ts";
import type { StreamConnection } from "./stream-connection.ts";
import { ADOPT, JOIN, TAKE } from "./stream-scripts.ts";
import { EXTEND, GIVE_BACK, POSTPONE, SETTLE, TRIM } from "./stream-settle-scripts.ts";
import type { StreamNames } from "./stream-names.ts";

export interface Entry {
  readonly id: string;
  readonly bytes: Uint8Array;
}

export interface Taken {
  readonly entries: readonly Entry[];
  /** There is more to look at, at once. */
  readonly more: boolean;
  /** When the next one may go, from now. */
  readonly nextMs: number | undefined;
  /** What to wait behind: the last entry that the group has read, and the last wake. */
  readonly last: readonly [string, string];
  /** How many the server says are this member's. */
  readonly owned: number;
  /** Entries that were removed before they were settled. */
  readonly gone: number;
}

type Answer = readonly [readonly (readonly [Buffer, Buffer])[], number, number, Buffer, Buffer, number, number];

const SETTLED = { status: "fulfilled", value: undefined } as const;
const ADOPTED_AT_ONCE = 500;
const PARTS = ["due", "ready", "queue", "keys", "orders", "wake", "state"];

export class StreamGroup {
  /** Of this member alone, and unlike the consumer that is nobody. */
  readonly member = randomId();
  readonly #connection: StreamConnection;
  readonly #names: StreamNames;
  readonly #group: string;
  readonly #ownMs: string;
  readonly #keys: readonly string[];
  readonly #settling: Gathering<string, undefined>;

  constructor(connection: StreamConnection, names: StreamNames, group: string, ownMs: number) {
    this.#connection = connection;
    this.#names = names;
    this.#group = group;
    this.#ownMs = String(ownMs);
    this.#keys = [names.stream, ...PARTS.map((part) => names.ofGroup(group, part))];
    this.#settling = new Gathering((ids, wakes) => this.#settleAll(ids, wakes), connection.patience);
  }

  async join(): Promise<void> {
    await this.#run(JOIN, []);
    for (let from: string | undefined = "-"; from !== undefined;) {
      const last = (await this.#run(ADOPT, [from, String(ADOPTED_AT_ONCE), this.#ownMs])) as Buffer | null;
      from = last === null ? undefined : `(${String(last)}`;
    }
  }

  /** Never asked anew while it may still be carried out: what it then takes would be nobody's until its time is over. */
  async take(most: number, ordering: "none" | "key"): Promise<Taken> {
    const args = [this.#group, this.member, String(most), ordering, this.#ownMs];
    const answer = (await this.#connection.runPatiently(TAKE, this.#keys, args)) as Answer;
    const [entries, more, nextMs, last, woken, owned, gone] = answer;
    return {
      // Copied out of what the client has read at once, which a message would else keep, and carry to a thread.
      entries: entries.map(([id, bytes]) => ({ id: String(id), bytes: new Uint8Array(bytes) })),
      // A client may be set to give numbers as text.
      more: Number(more) === 1,
      nextMs: Number(nextMs) < 0 ? undefined : Number(nextMs),
      last: [String(last), String(woken)],
      owned: Number(owned),
      gone: Number(gone),
    };
  }

  /** What is settled at the same time is settled together. `wakes`: this member will not take what then may go. */
  settle(id: string, wakes: boolean): Promise<unknown> {
    return this.#settling.add(wakes ? "1" : "0", id);
  }

  postpone(id: string, delayMs: number): Promise<unknown> {
    return this.#run(POSTPONE, [this.member, id, String(Math.max(0, Math.ceil(delayMs)))]);
  }

  extend(ids: Iterable<string>): Promise<unknown> {
    return this.#run(EXTEND, [this.member, this.#ownMs, ...ids]);
  }

  /** What is this member's and not among `known` may go to others at once. */
  giveBack(known: Iterable<string>, leaves: boolean): Promise<unknown> {
    return this.#run(GIVE_BACK, [this.member, leaves ? "1" : "0", ...known]);
  }

  trim(retentionMs: number): Promise<unknown> {
    return this.#connection.run(TRIM, [this.#names.stream, this.#names.removed], [String(retentionMs)]);
  }

  /** What XREAD is asked in order to be woken. */
  waitFor([entry, woken]: readonly [string, string], blockMs: number): readonly string[] {
    const wake = this.#names.ofGroup(this.#group, "wake");
    return ["COUNT", "1", "BLOCK", String(blockMs), "STREAMS", this.#names.stream, wake, entry, woken];
  }

  async #settleAll(ids: readonly string[], wakes: string): Promise<readonly PromiseSettledResult<undefined>[]> {
    await this.#run(SETTLE, [wakes, ...ids]);
    return ids.map(() => SETTLED);
  }

  #run(script: string, args: readonly string[]): Promise<unknown> {
    return this.#connection.run(script, this.#keys, [this.#group, ...args]);
  }
}
