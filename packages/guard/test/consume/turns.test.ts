// [PSN-07] What may have killed a process runs with nothing beside it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Turns } from "../../src/consume/turns.ts";
import type { ClaimChange, ClaimOutcome, ClaimRequest, ClaimStore } from "../../src/ports/claim-store.ts";
import type { Handlers } from "../../src/index.ts";
import { house, type Notes, settle } from "../house.ts";
import { deliveryOf, HandedTransport, keys, sealed } from "./parts.ts";

describe("[PSN-07] turns", () => {
  test("nothing runs beside what runs alone, and all run", async () => {
    const work = fc.array(fc.record({ isAlone: fc.boolean(), ticks: fc.nat(4), afterTicks: fc.nat(6) }), { maxLength: 20 });
    const ticks = async (count: number): Promise<void> => {
      for (let tick = 0; tick < count; tick++) await Promise.resolve();
    };
    await fc.assert(
      fc.asyncProperty(work, async (all) => {
        const turns = new Turns();
        let beside = 0;
        let alone = 0;
        let ended = 0;
        await Promise.all(
          all.map(async ({ isAlone, ticks: lasts, afterTicks }) => {
            await ticks(afterTicks);
            if (isAlone) {
              await turns.alone(async () => {
                alone++;
                await ticks(lasts);
                expect([alone, beside]).toEqual([1, 0]);
                alone--;
              });
            } else {
              const leave = await turns.beside();
              beside++;
              await ticks(lasts);
              expect(alone).toBe(0);
              beside--;
              leave();
            }
            ended++;
          }),
        );
        expect(ended).toBe(all.length);
      }),
    );
  });

  test("one that wants to be alone goes before what comes after it, and is not put off for ever", async () => {
    const turns = new Turns();
    const ran: string[] = [];
    const leave = await turns.beside();
    const alone = turns.alone(async () => void ran.push("alone"));
    const later = turns.beside().then((left) => (ran.push("later"), left()));
    await settle();
    expect(ran).toEqual([]);
    leave();
    await Promise.all([alone, later]);
    expect(ran).toEqual(["alone", "later"]);
  });

  test("what fails alone lets the others in", async () => {
    const turns = new Turns();
    await expect(turns.alone(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    (await turns.beside())();
  });
});

/** A store that says of some ids that an attempt of theirs never ended. */
class Remembering implements ClaimStore {
  readonly name = "made up";
  readonly persists = false;
  readonly asked: string[][] = [];
  readonly changes: ClaimChange[] = [];
  answers = true;
  readonly #crashed: ReadonlySet<number>;

  constructor(crashed: ReadonlySet<number>) {
    this.#crashed = crashed;
  }

  claim(requests: readonly ClaimRequest[]): Promise<readonly ClaimOutcome[]> {
    this.asked.push(requests.map(({ key }) => /e\d/.exec(key)?.[0] ?? key));
    if (!this.answers) return Promise.reject(new Error("nobody there"));
    return Promise.resolve(
      requests.map(({ key }): ClaimOutcome => {
        const crashes = this.#crashed.has(Number(/e(\d)/.exec(key)?.[1])) ? 1 : 0;
        return { kind: "granted", token: `t${this.asked.length}`, attempt: crashes + 2, failures: 1 };
      }),
    );
  }

  change(changes: readonly ClaimChange[]): Promise<readonly "changed"[]> {
    this.changes.push(...changes);
    return Promise.resolve(changes.map(() => "changed"));
  }
}

async function working(concurrency: number, crashed: readonly number[], types: readonly (keyof Handlers<Notes>)[] = ["note.created"]) {
  const home = house();
  const broker = new HandedTransport();
  const claims = new Remembering(new Set(crashed));
  const running = new Map<string, () => void>();
  const started: string[] = [];
  const handler = ({ id }: { readonly id: string }): Promise<void> => {
    started.push(`${id} beside ${running.size}`);
    return new Promise((resolve) => running.set(id, () => (running.delete(id), resolve())));
  };
  const handlers: Handlers<Notes> = Object.fromEntries(types.map((type) => [type, handler]));
  const consumer = home.consumer(handlers, { transport: broker, claims, keys, tenants: ["acme"], policy: { concurrency } });
  await consumer.start();
  const end = async (id: string): Promise<void> => {
    running.get(id)!();
    await settle();
  };
  const deliver = async (...ids: readonly string[]): Promise<void> => {
    broker.deliver(ids.map((id) => deliveryOf(sealed({ id }))));
    await settle();
  };
  return { claims, started, end, deliver, consumer, clock: home.clock };
}

describe("[PSN-07] a message of which an attempt never ended", () => {
  test("waits unclaimed for those beside it, and is then handled alone", async () => {
    const { claims, started, end, deliver } = await working(8, [1, 2]);
    await deliver("e1", "e2", "e3");
    expect(started).toEqual(["e3 beside 0"]);
    expect(claims.changes).toMatchObject([{ kind: "release" }, { kind: "release" }]);
    await end("e3");
    expect(started).toEqual(["e3 beside 0", "e1 beside 0"]);
    await deliver("e4", "e5");
    expect(claims.asked).toEqual([["e1", "e2", "e3"], ["e1"]]);
    await end("e1");
    expect(started.slice(2)).toEqual(["e4 beside 0", "e5 beside 1"]);
    await end("e4");
    await end("e5");
    expect(started.slice(4)).toEqual(["e2 beside 0"]);
    await end("e2");
    expect(claims.changes.filter(({ kind }) => kind === "commit")).toHaveLength(5);
  });

  test("is handled at once where there is never another beside it", async () => {
    const { claims, started } = await working(1, [1]).then(async (made) => (await made.deliver("e1"), made));
    expect([started, claims.asked, claims.changes]).toEqual([["e1 beside 0"], [["e1"]], []]);
  });

  test("waits where each of several destinations has one in work", async () => {
    const { claims, started, end, deliver } = await working(1, [1], ["note.created", "note.shared"]);
    await deliver("e3");
    await deliver("e1");
    expect([started, claims.changes]).toMatchObject([["e3 beside 0"], [{ kind: "release" }]]);
    await end("e3");
    expect(started.slice(1)).toEqual(["e1 beside 0"]);
    await end("e1");
  });

  test("stays with the broker when the consumer stops before the store has answered", async () => {
    const { claims, started, end, deliver, consumer, clock } = await working(8, [1]);
    await deliver("e1", "e2");
    claims.answers = false;
    await end("e2");
    expect(claims.asked).toEqual([["e1", "e2"], ["e1"]]);
    const drained = consumer.drain(1000);
    clock.advance(1000);
    await drained;
    expect([started, consumer.held]).toEqual([["e2 beside 0"], false]);
  });
});
