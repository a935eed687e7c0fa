// The laws of ports/trail.ts as tests for any trail that is kept.
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { KeptTrail, StoredEntry, TrailEntry } from "../ports/trail.ts";
import type { Law } from "./claim-store-laws.ts";

/** An entry as the store has it, for laws that write into it past the trail. */
export interface RawEntry {
  seq: number;
  atMs: number;
  /** JSON. */
  entry: string;
  hash: string;
}

export interface OpenedTrail {
  readonly trail: KeptTrail;
  /** The same one, as another process has it. */
  readonly reopen: () => KeptTrail;
  /** Puts in place of all entries what `change` makes of them, as somebody who may write to the store. */
  readonly tamper: (change: (entries: readonly RawEntry[]) => readonly RawEntry[]) => Promise<void>;
}

const entry = (decision: string): TrailEntry => ({ door: "publish", decision, actor: "alice of shop", eventType: "note.created" });

type Tampering = readonly [what: string, change: (entries: readonly RawEntry[]) => readonly RawEntry[], brokenAt: number];

const at = (seq: number, change: (one: RawEntry) => Partial<RawEntry>) => (entries: readonly RawEntry[]) =>
  entries.map((one) => (one.seq === seq ? { ...one, ...change(one) } : one));

const TAMPERINGS: readonly Tampering[] = [
  ["an entry is changed", at(2, (one) => ({ entry: one.entry.replace("alice", "mallory") })), 2],
  ["a time is changed", at(1, ({ atMs }) => ({ atMs: atMs + 1 })), 1],
  ["a hash is changed", at(3, ({ hash }) => ({ hash: hash.replace(/^./, (digit) => (digit === "0" ? "1" : "0")) })), 3],
  ["an entry is taken out", (entries) => entries.filter(({ seq }) => seq !== 2), 2],
  [
    "an entry is taken out and the others close up",
    (entries) => entries.flatMap((one) => (one.seq === 2 ? [] : [one.seq > 2 ? { ...one, seq: one.seq - 1 } : one])),
    2,
  ],
  ["two entries are swapped", ([one, two, ...rest]) => (one && two ? [{ ...two, seq: 1 }, { ...one, seq: 2 }, ...rest] : []), 1],
  ["an entry is put in", (entries) => [...entries, ...entries.slice(-1).map((last) => ({ ...last, seq: last.seq + 1 }))], 4],
  ["the end is cut off", (entries) => entries.slice(0, -1), 3],
  ["all of it is gone", () => [], 1],
];

/** `open` gives an empty trail. */
export function trailLaws(open: () => Promise<OpenedTrail>): readonly Law[] {
  const law = (name: string, run: (opened: OpenedTrail) => Promise<void>): Law => ({ name, run: async () => run(await open()) });
  const written = async ({ trail }: OpenedTrail): Promise<string> => {
    await trail.append([entry("accepted"), entry("refused")]);
    await trail.append([entry("accepted")]);
    return headOf(trail);
  };
  return [
    law("[OPS-01] the trail keeps every entry in order, page by page, and verifies", async (opened) => {
      const { trail, reopen } = opened;
      const head = await written(opened);
      const decisions = (entries: readonly StoredEntry[]): readonly string[] => entries.map(({ decision }) => decision);
      deepStrictEqual(decisions(await reopen().list({ limit: 10 })), ["accepted", "refused", "accepted"]);
      const [second, ...more] = await trail.list({ limit: 1, after: 1 });
      deepStrictEqual([second?.seq, second?.decision, second?.actor, more.length], [2, "refused", "alice of shop", 0]);
      await trail.append([entry("accepted")]);
      const verdict = await reopen().verify(head);
      deepStrictEqual([verdict.intact, verdict.intact && verdict.entries], [true, 4]);
      notEqualHeads(head, await headOf(trail));
    }),
    law("[OPS-01] an empty trail is whole, and what is appended of nothing is nothing", async ({ trail }) => {
      await trail.append([]);
      const verdict = await trail.verify();
      deepStrictEqual([verdict.intact, await trail.list({ limit: 1 })], [true, []]);
    }),
    law(
      "[OPS-01] several processes that append at once make one chain, in which nothing is missing and each keeps its order",
      async ({ trail, reopen }) => {
        const writers = [trail, reopen(), reopen(), reopen()];
        await Promise.all(
          writers.flatMap((writer, index) =>
            Array.from({ length: 10 }, (_, n) => writer.append([entry(`${index} ${2 * n}`), entry(`${index} ${2 * n + 1}`)])),
          ),
        );
        const verdict = await trail.verify();
        deepStrictEqual([verdict.intact, verdict.intact && verdict.entries], [true, 80]);
        const decisions = (await trail.list({ limit: 100 })).map(({ decision }) => decision);
        for (const index of writers.keys()) {
          deepStrictEqual(
            decisions.filter((decision) => decision.startsWith(`${index} `)),
            Array.from({ length: 20 }, (_, n) => `${index} ${n}`),
          );
        }
      },
    ),
    ...TAMPERINGS.map(([what, change, brokenAt]) =>
      law(`[OPS-01] verify finds it when ${what}`, async (opened) => {
        const head = await written(opened);
        await opened.tamper(change);
        deepStrictEqual(await opened.reopen().verify(head), { intact: false, brokenAt });
      }),
    ),
    law("[OPS-01] verify finds an entry that is whole in itself and was in another chain", async (opened) => {
      const head = await written(opened);
      const others = await chainOf(await open());
      await opened.tamper((entries) => entries.map((one) => (one.seq === 2 ? (others[1] ?? one) : one)));
      deepStrictEqual(await opened.reopen().verify(head), { intact: false, brokenAt: 2 });
    }),
    law("[OPS-01] verify finds a chain that was built anew, by a head that was kept", async (opened) => {
      const head = await written(opened);
      const forged = await chainOf(await open());
      await opened.tamper(() => forged);
      strictEqual((await opened.trail.verify()).intact, true);
      deepStrictEqual(await opened.trail.verify(head), { intact: false, brokenAt: 4 });
    }),
  ];
}

/** Three entries, as the store has them. */
async function chainOf({ trail, tamper }: OpenedTrail): Promise<readonly RawEntry[]> {
  await trail.append([entry("accepted"), entry("accepted"), entry("accepted")]);
  let raw: readonly RawEntry[] = [];
  await tamper((entries) => (raw = entries));
  return raw;
}

async function headOf(trail: KeptTrail): Promise<string> {
  const verdict = await trail.verify();
  if (!verdict.intact) throw new Error(`broken at ${verdict.brokenAt}`);
  return verdict.head;
}

const notEqualHeads = (one: string, other: string): void => ok(one !== other, "what is appended changes the head");
