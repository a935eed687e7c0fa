// The laws of ports/dead-letters.ts as tests for any store.
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { DeadLetter, DeadLetterStore } from "../ports/dead-letters.ts";
import type { Law } from "./claim-store-laws.ts";

/** No text of any encoding, and what ends one in others. */
const HOSTILE = Uint8Array.from([0, 0xff, 0xfe, 0xc3, 0x28, 0x22, 0x0a, 0x0d, 0x80]);

const letter = (id: string, change: Partial<DeadLetter> = {}): DeadLetter => ({
  id,
  group: "g",
  destination: "orders",
  code: "ERR_HANDLER_FAILED",
  step: "handle",
  attempts: 5,
  diedAtMs: 1000,
  bytes: HOSTILE,
  ...change,
});

/** `open` gives an empty store, and each `reopen` the same one as another process would have it. */
export function deadLetterLaws(
  open: () => Promise<{ readonly store: DeadLetterStore; readonly reopen: () => DeadLetterStore }>,
): readonly Law[] {
  const law = (name: string, run: (store: DeadLetterStore, reopen: () => DeadLetterStore) => Promise<void>): Law => ({
    name,
    run: async () => {
      const { store, reopen } = await open();
      await run(store, reopen);
    },
  });
  const idsOf = async (store: DeadLetterStore, ...args: Parameters<DeadLetterStore["list"]>): Promise<readonly string[]> =>
    (await store.list(...args)).map(({ id }) => id);
  return [
    law("[PSN-14] a letter is stored when put resolves, whole and for everyone, its bytes as they were", async (store, reopen) => {
      const full = letter("a", { event: { id: "e1", type: "order.placed", source: "shop\u0000", generation: 2 } });
      await store.put([full, letter("b", { bytes: new Uint8Array(0) })]);
      deepStrictEqual(await reopen().get("a"), full);
      deepStrictEqual(await reopen().get("b"), letter("b", { bytes: new Uint8Array(0) }));
      strictEqual(await reopen().get("c"), undefined);
    }),
    law("[PSN-14] a letter that is put twice, also at once and in one call, is kept once, as it was first", async (store, reopen) => {
      await store.put([letter("a"), letter("a", { attempts: 9 })]);
      await Promise.all([store.put([letter("b"), letter("a")]), reopen().put([letter("a"), letter("b")])]);
      deepStrictEqual(await store.list({}, { limit: 10 }), [letter("a"), letter("b")]);
    }),
    law("letters are listed by time of death, then by the bytes of their ids, page by page", async (store) => {
      const ids = ["b", "B", "é", "a-", "a", "_"];
      await store.put(ids.map((id) => letter(id)));
      await store.put([
        letter("z", { diedAtMs: 999 }),
        letter("0", { diedAtMs: 1_700_000_000_001 }),
        letter("1", { diedAtMs: 1_700_000_000_000 }),
      ]);
      const all = ["z", "B", "_", "a", "a-", "b", "é", "1", "0"];
      deepStrictEqual(await idsOf(store, {}, { limit: 100 }), all);
      const paged: string[] = [];
      for (
        let page = await idsOf(store, {}, { limit: 2 });
        page.length > 0;
        page = await idsOf(store, {}, { limit: 2, after: paged.at(-1) ?? "" })
      ) {
        paged.push(...page);
      }
      deepStrictEqual(paged, all);
    }),
    law("after a letter that is not there, nothing is listed", async (store) => {
      await store.put([letter("a")]);
      deepStrictEqual(await idsOf(store, {}, { limit: 10, after: "gone" }), []);
    }),
    law("filters are all kept, also where most letters are others", async (store) => {
      const others = Array.from({ length: 250 }, (_, n) => letter(`o${n}`, { group: "other", diedAtMs: n }));
      await store.put([...others, letter("a", { destination: "refunds" }), letter("b", { code: "ERR_HANDLER_DEADLINE" }), letter("c")]);
      deepStrictEqual(await idsOf(store, { group: "g" }, { limit: 10 }), ["a", "b", "c"]);
      deepStrictEqual(await idsOf(store, { group: "g", destination: "orders" }, { limit: 10 }), ["b", "c"]);
      deepStrictEqual(await idsOf(store, { group: "g", destination: "orders", code: "ERR_HANDLER_DEADLINE" }, { limit: 10 }), ["b"]);
      deepStrictEqual(await idsOf(store, { group: "other" }, { limit: 2, after: "o201" }), ["o202", "o203"]);
      deepStrictEqual(await idsOf(store, { group: "" }, { limit: 10 }), []);
    }),
    law("what is removed is gone, and only what was there is counted", async (store, reopen) => {
      await store.put([letter("a"), letter("b")]);
      strictEqual(await store.remove(["a", "gone"]), 1);
      strictEqual(await reopen().remove(["a"]), 0);
      strictEqual(await store.remove([]), 0);
      deepStrictEqual(await idsOf(store, {}, { limit: 10 }), ["b"]);
      await store.put([letter("a")]);
      deepStrictEqual(await idsOf(store, {}, { limit: 10 }), ["a", "b"]);
    }),
  ];
}
