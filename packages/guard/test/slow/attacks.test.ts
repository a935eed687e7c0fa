// What an attacker who can write to the broker can do in quantity. `npm run check:slow` does a million of each.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { KeyRing } from "../../src/index.ts";
import type { DeadLetter, DeadLetterStore } from "../../src/ports/dead-letters.ts";
import { alice, type House, house, keySpec, note } from "../house.ts";
import { Firehose, type Shot } from "./firehose.ts";
import { chanceOf, MUTATIONS } from "./mutations.ts";

const COUNT = Number(process.env["ATTACKS"] ?? 20_000);
const HONEST = 500;
const SLOW_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** In bytes, over all that is fired: of the heap not one for each of a million. What is resident moves with the collector. */
const MOST_GROWTH = { heap: 2 ** 20, resident: 2 ** 25 };

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Counts letters and keeps none: how many an operator keeps is not what is measured here. */
class CountedLetters implements DeadLetterStore {
  readonly codes = new Map<string, number>();

  async put(letters: readonly DeadLetter[]): Promise<void> {
    for (const { code } of letters) this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }

  list = async (): Promise<readonly DeadLetter[]> => [];
  get = async (): Promise<undefined> => undefined;
  remove = async (): Promise<number> => 0;

  get total(): number {
    return [...this.codes.values()].reduce((sum, count) => sum + count, 0);
  }
}

interface Siege {
  readonly home: House;
  readonly hose: Firehose;
  readonly letters: CountedLetters;
  /** Honest envelopes, none of them delivered yet. */
  readonly sealed: readonly Uint8Array[];
  readonly accepted: readonly string[];
  readonly said: Map<string, number>;
}

/** A consumer on a broker that anyone can write to. */
async function besieged(): Promise<Siege> {
  const home = house();
  const keys = new KeyRing([keySpec({ id: "k3", destinations: ["elsewhere"] }), keySpec({ id: "k2", issuer: "orders" }), keySpec()]);
  const publisher = home.publisher({ keys, limits: { spend: async () => undefined } });
  for (let index = 0; index < HONEST; index++) await publisher.publish("note.created", note(`n${index}`, `hello ${index}`), alice);
  const accepted: string[] = [];
  const said = new Map<string, number>();
  const hose = new Firehose(home.clock);
  const letters = new CountedLetters();
  const take = async ({ id }: { readonly id: string }): Promise<void> => void accepted.push(id);
  const consumer = home.consumer(
    { "note.created": take, "note.removed": take, "note.shared": take },
    {
      keys,
      transport: hose,
      deadLetters: letters,
      trail: {
        append: async (entries) => {
          for (const { decision } of entries) said.set(decision, (said.get(decision) ?? 0) + 1);
        },
      },
    },
  );
  await consumer.start();
  return { home, hose, letters, sealed: home.transport.sent.map(({ bytes }) => bytes), accepted, said };
}

function memoryNow(): { readonly heap: number; readonly resident: number } {
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, resident: rss };
}

/** Told apart from what only warms up: the first fifth is not counted. */
async function expectFlat(hose: Firehose, next: () => Shot): Promise<void> {
  await hose.fire(COUNT / 5, next);
  const before = memoryNow();
  let most = before;
  for (let tenth = 2; tenth < 10; tenth++) {
    await hose.fire(COUNT / 10, next);
    const { heap, resident } = memoryNow();
    most = { heap: Math.max(most.heap, heap), resident: Math.max(most.resident, resident) };
  }
  expect(most.heap - before.heap).toBeLessThan(MOST_GROWTH.heap);
  expect(most.resident - before.resident).toBeLessThan(MOST_GROWTH.resident);
}

test(
  `[REP-01] [REP-02] [REP-08] of ${COUNT} replays none is handled, and memory does not grow`,
  async () => {
    const { home, hose, letters, sealed, accepted, said } = await besieged();
    const originals = sealed[Symbol.iterator]();
    await hose.fire(HONEST, () => ({ bytes: originals.next().value as Uint8Array, destination: "notes" }));
    expect(new Set(accepted).size).toBe(HONEST);
    const chance = chanceOf(1);
    let shots = 0;
    await expectFlat(hose, () => {
      // While the ids are remembered, when they have just been forgotten, and long after.
      if (++shots === COUNT / 2 || shots === (COUNT / 4) * 3) home.clock.advance(DAY_MS);
      return { bytes: sealed[chance(HONEST)] as Uint8Array, destination: chance(8) === 0 ? "shares.acme" : "notes" };
    });
    expect(accepted.length).toBe(HONEST);
    expect(hose.acknowledged).toBe(COUNT + HONEST);
    expect(hose.givenBack).toBe(0);
    expect((said.get("duplicate") ?? 0) + letters.total).toBe(COUNT);
    expect([...letters.codes.keys()].sort()).toEqual(["ERR_ENVELOPE_STALE", "ERR_POLICY_DESTINATION"]);
    expect(home.claims.size).toBeLessThanOrEqual(HONEST);
  },
  SLOW_MS,
);

test(
  `[REP-05] [DST-04] [PSN-04] of ${COUNT} changed envelopes none is handled, and each ends in the dead letters`,
  async () => {
    const { home, hose, letters, sealed, accepted } = await besieged();
    const mutations = [...MUTATIONS.values()];
    const chance = chanceOf(2);
    await expectFlat(hose, () => {
      const honest = sealed[chance(HONEST)] as Uint8Array;
      const which = chance(mutations.length + 1);
      const mutate = mutations[which];
      if (mutate === undefined) return { bytes: honest, destination: "shares.acme" };
      const other = sealed[(sealed.indexOf(honest) + 1 + chance(HONEST - 1)) % HONEST] as Uint8Array;
      return { bytes: mutate(honest, other, chance), destination: "notes" };
    });
    expect(accepted).toEqual([]);
    expect(letters.total).toBe(COUNT);
    expect(hose.acknowledged).toBe(COUNT);
    expect(home.claims.size).toBe(0);

    // None of it used up an id: the honest messages are still accepted, each once (REP-14).
    const originals = sealed[Symbol.iterator]();
    await hose.fire(HONEST, () => ({ bytes: originals.next().value as Uint8Array, destination: "notes" }));
    expect(new Set(accepted).size).toBe(HONEST);
  },
  SLOW_MS,
);

test.each([...MUTATIONS])("%s makes another message", (_name, mutate) => {
  const chance = chanceOf(3);
  const honest = Buffer.from('{"id":"a","hop":0,"signature":"abc","data":{"x":1}}');
  const other = Buffer.from('{"id":"b","hop":0,"signature":"def","data":{"x":2}}');
  for (let round = 0; round < 50; round++) expect(Buffer.from(mutate(honest, other, chance)).equals(honest)).toBe(false);
});
