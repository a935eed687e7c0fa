// The laws of ports/browser.ts as tests, for transports that can be looked into.
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { Browser } from "../ports/browser.ts";
import type { Delivery, Transport } from "../ports/transport.ts";
import type { Law } from "./claim-store-laws.ts";

const destination = "laws";

/** `open` gives a transport on an empty broker. */
export function browserLaws(open: () => Promise<Transport & Browser>): readonly Law[] {
  const law = (name: string, run: (transport: Transport & Browser) => Promise<void>): Law => ({
    name,
    run: async () => {
      const transport = await open();
      try {
        await run(transport);
      } finally {
        await transport.close();
      }
    },
  });
  return [
    law("pages are oldest first and join", async (transport) => {
      await send(transport, ["a", "b", "c"]);
      const first = await transport.browse({ destination, after: undefined, most: 2 });
      const second = await transport.browse({ destination, after: first.messages.at(-1)?.position, most: 2 });
      deepStrictEqual([first, second].map(textsOf), [["a", "b"], ["c"]]);
      deepStrictEqual([first.hasMore, second.hasMore, first.gap, second.gap], [true, false, false, false]);
    }),
    law("browsing takes nothing from any group", async (transport) => {
      await send(transport, ["a"]);
      await transport.browse({ destination, after: undefined, most: 10 });
      const received = Promise.withResolvers<readonly Delivery[]>();
      await transport.receive({ destination, group: "g", ordering: "none", prefetch: 1 }, received.resolve);
      strictEqual(new TextDecoder().decode((await received.promise)[0]?.bytes), "a");
    }),
    law("what a group has settled can still be looked at", async (transport) => {
      await send(transport, ["a"]);
      const received = Promise.withResolvers<readonly Delivery[]>();
      await transport.receive({ destination, group: "g", ordering: "none", prefetch: 1 }, received.resolve);
      await (await received.promise)[0]?.ack();
      deepStrictEqual(textsOf(await transport.browse({ destination, after: undefined, most: 1 })), ["a"]);
    }),
    law("[DST-02] a destination shows its own messages alone, and its name is not a pattern", async (transport) => {
      await send(transport, ["a"]);
      for (const other of ["laws2", "law", "*", "%", "l_ws", "#", ">"])
        deepStrictEqual(await transport.browse({ destination: other, after: undefined, most: 1 }), {
          messages: [],
          hasMore: false,
          gap: false,
        });
    }),
    law("[DST-02] a position that is not the broker's own is refused", async (transport) => {
      for (const after of ["", "-1", "0x10", "1 OR 1=1", "Infinity", "*"])
        await rejects(transport.browse({ destination, after, most: 1 }), { code: "ERR_REQUEST_INVALID" });
    }),
  ];
}

const send = (transport: Transport, texts: readonly string[]): Promise<void> =>
  transport.send(texts.map((text) => ({ id: text, destination, key: undefined, bytes: new TextEncoder().encode(text) })));

const textsOf = ({ messages }: Awaited<ReturnType<Browser["browse"]>>): readonly string[] =>
  messages.map(({ bytes }) => new TextDecoder().decode(bytes));
