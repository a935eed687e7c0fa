// An observer watches. Whatever it does, both doors do what they would have done without it.
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Activity, type Observer, unfailing } from "../../src/ports/observer.ts";
import { alice, house, note, settle } from "../house.ts";

const fails = (): never => {
  throw new Error("observer");
};
const activity = (change: Partial<Activity>): Activity => ({ within: (start) => start(), end: () => undefined, ...change });
const observing = (change: Partial<Activity>): Observer => ({ sending: () => activity(change), processing: () => activity(change) });

const BROKEN: readonly (readonly [string, Observer])[] = [
  ["throws at a point", { at: fails }],
  ["throws at a decision", { decided: fails }],
  ["throws when something begins", { sending: fails, processing: fails }],
  ["throws in place of the work", observing({ within: fails })],
  [
    "throws after the work has begun",
    observing({
      within: (start) => {
        start();
        fails();
      },
    }),
  ],
  ["never begins the work", observing({ within: () => undefined })],
  [
    "begins the work twice",
    observing({
      within: (start) => {
        start();
        start();
      },
    }),
  ],
  ["begins the work again later", observing({ within: (start) => void setImmediate(start) })],
  ["throws at the end", observing({ end: fails })],
  ["rejects instead of throwing", { at: async () => fails() } as unknown as Observer],
];

afterEach(() => {
  vi.restoreAllMocks();
});

describe("an observer", () => {
  test.each(BROKEN)("that %s changes nothing: the event is sent once and handled once", async (_how, observer) => {
    vi.spyOn(process, "emitWarning").mockReturnValue();
    const home = house();
    const handled: string[] = [];
    await home.consumer({ "note.created": ({ data }) => void handled.push(data.noteId) }, { observer }).start();
    const receipt = await home.publisher({ observer }).publish("note.created", note(), alice);
    await settle();
    expect(home.transport.sent.map(({ id }) => id)).toEqual([receipt.id]);
    expect(handled).toEqual(["n1"]);
    expect(home.trail.map(({ decision }) => decision)).toEqual(["accepted", "committed"]);
  });

  test("that fails is heard of once, without what it threw at being lost", () => {
    const warned = vi.spyOn(process, "emitWarning").mockReturnValue();
    const observer = unfailing({ at: fails });
    for (let times = 0; times < 3; times++) observer.at?.("consume:received", undefined);
    expect(warned).toHaveBeenCalledTimes(1);
    expect(String(warned.mock.calls[0]?.[0])).toContain("observer");
  });

  test("that fails while consumption is held does not keep it held", async () => {
    vi.spyOn(process, "emitWarning").mockReturnValue();
    const home = house();
    const claim = home.claims.claim.bind(home.claims);
    let down = true;
    home.claims.claim = (requests) => (down ? Promise.reject(new Error("down")) : claim(requests));
    const handled: string[] = [];
    const observer = { holding: fails };
    await home.consumer({ "note.created": ({ data }) => void handled.push(data.noteId) }, { observer }).start();
    await home.publisher().publish("note.created", note(), alice);
    await settle();
    down = false;
    home.clock.advance(10_000);
    await settle();
    expect(handled).toEqual(["n1"]);
  });

  test("hears of a failed sending with its code", async () => {
    const home = house();
    home.transport.fail = new Error("broker");
    const ended: unknown[] = [];
    const observer = observing({ end: (how) => void ended.push(how) });
    await expect(home.publisher({ observer }).publish("note.created", note(), alice)).rejects.toThrow("did not confirm");
    expect(ended).toEqual([{ decision: "failed", code: "ERR_TRANSPORT_UNAVAILABLE" }]);
  });
});
