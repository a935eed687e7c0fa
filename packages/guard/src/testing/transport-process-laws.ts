// The laws of ports/transport.ts that take two processes, of which one dies.
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import type { Delivery, Transport } from "../ports/transport.ts";
import { byText, inbox, type MakeLaw, message, send, textsOf, type TransportLaw } from "./transport-law.ts";

const DELAY_MS = 400;

/** A transport with a connection of its own, so that it knows of others no more than another process would. */
export interface Doomed {
  readonly transport: Transport;
  /** Cuts the connection for good, as when the process is killed: nothing is closed, given back or said. */
  readonly die: () => Promise<void>;
}

export function processLaws(law: MakeLaw, doom: () => Promise<Doomed>): readonly TransportLaw[] {
  /** It dies in any case, so that nothing of it outlives the law. */
  const among = async (work: (doomed: Doomed) => Promise<void>): Promise<void> => {
    const { transport, die } = await doom();
    let died: Promise<void> | undefined;
    const once = (): Promise<void> => (died ??= die());
    try {
      await work({ transport, die: once });
    } finally {
      await once();
    }
  };
  return [
    law("[PSN-11] what a process had that died is delivered to another", "acknowledges", (transport) =>
      among(async (doomed) => {
        const dying = await inbox(doomed.transport);
        await send(transport, ["a", "b"]);
        const [first, second] = await dying.take(2);
        await first?.ack();
        await doomed.die();
        const living = await inbox(transport);
        deepStrictEqual(textsOf(await living.take(1)), textsOf(second === undefined ? [] : [second]));
        strictEqual(living.waiting(), 0);
      }),
    ),
    law("[PUB-11] what was confirmed outlives the process, and what cannot be confirmed is not", "persists", (transport) =>
      among(async (doomed) => {
        const box = await inbox(transport);
        await send(doomed.transport, ["a"]);
        await doomed.die();
        await rejects(send(doomed.transport, ["never"]));
        await send(transport, ["b"]);
        deepStrictEqual(textsOf(await box.take(2)).sort(), ["a", "b"]);
      }),
    ),
    law("[REP-12] who cannot reach the broker is told so, and does not seem to receive", "acknowledges", () =>
      among(async (doomed) => {
        await doomed.die();
        await rejects(inbox(doomed.transport));
      }),
    ),
    law("[PSN-03] a delay outlives the process that asked for it", "delayedRetry", (transport) =>
      among(async (doomed) => {
        const dying = await inbox(doomed.transport);
        await send(transport, ["a"]);
        const [a] = await dying.take(1);
        const askedAt = performance.now();
        await a?.retryAfter(DELAY_MS);
        await doomed.die();
        deepStrictEqual(textsOf(await (await inbox(transport)).take(1)), ["a"]);
        ok(performance.now() - askedAt >= DELAY_MS - 1);
      }),
    ),
    law("[PSN-09] ordering by key holds between processes", "ordersByKey", (transport) =>
      among(async (doomed) => {
        const [one, two] = [await inbox(doomed.transport, { ordering: "key" }), await inbox(transport, { ordering: "key" })];
        await transport.send([message("a1", "a"), message("a2", "a"), message("b1", "b")]);
        const nextOf = new Map([one, two].map((box) => [box, box.take(1)]));
        /** Whichever process the broker gives it to. */
        const next = async (): Promise<Delivery> => {
          const [box, delivery] = await Promise.race([...nextOf].map(async ([from, taken]) => [from, (await taken)[0]!] as const));
          nextOf.set(box, box.take(1));
          return delivery;
        };
        const first = byText([await next(), await next()]);
        deepStrictEqual(textsOf(first), ["a1", "b1"]);
        // What comes wakes both, and so they look at what is waiting, too.
        for (const text of ["c", "d", "e", "f", "g"]) {
          await transport.send([message(text, text)]);
          const other = await next();
          deepStrictEqual(textsOf([other]), [text]);
          await other.ack();
        }
        await first[0]?.ack();
        deepStrictEqual(textsOf([await next()]), ["a2"]);
      }),
    ),
  ];
}
