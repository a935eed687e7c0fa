// Shutting down: calls in flight are answered, new ones are refused, and a deadline ends the waiting (PSN-12).
import { expect, test } from "vitest";
import { openShop, published } from "../shop.ts";
import { CLIENTS } from "./clients.ts";

test.each(CLIENTS)("[PSN-12] %s: a call in flight is carried out and answered, and the server then ends", async (_name, connect) => {
  const shop = openShop();
  const entered = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const send = shop.embedded.transport.send.bind(shop.embedded.transport);
  shop.embedded.transport.send = async (messages) => {
    entered.resolve();
    await goOn.promise;
    await send(messages);
  };
  const serving = await shop.serve();
  const client = await connect(serving.url, {});
  const answer = client.call("order_placed", { item: "tea" });
  await entered.promise;
  const closed = serving.close(10_000);
  goOn.resolve();
  expect(await answer).toMatchObject({ structuredContent: { type: "order.placed" } });
  await closed;
  expect(await published(shop, "orders")).toHaveLength(1);
  await expect(fetch(serving.url)).rejects.toThrow();
});

test("[PSN-12] the end waits for a call in flight, and not only for its answer to be sent", async () => {
  const shop = openShop();
  const [, connect] = CLIENTS[0]!;
  const entered = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  shop.embedded.transport.send = () => {
    entered.resolve();
    return goOn.promise;
  };
  const serving = await shop.serve();
  const client = await connect(serving.url, {});
  const said: string[] = [];
  const answer = client.call("order_placed", { item: "tea" });
  await entered.promise;
  const closed = shop.doors.calls.close(10_000).then(() => said.push("ended"));
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(said).toEqual([]);
  goOn.resolve();
  expect(await answer).toMatchObject({ structuredContent: { type: "order.placed" } });
  await closed;
  expect(said).toEqual(["ended"]);
});

test("[PSN-12] a call that comes while the server ends is refused with a code", async () => {
  const shop = openShop();
  const [, connect] = CLIENTS[0]!;
  const serving = await shop.serve();
  const client = await connect(serving.url, {});
  await shop.doors.calls.close(0);
  const outcome = await client.call("order_placed", { item: "tea" }).catch((error: unknown) => error);
  expect(String((outcome as { message?: string }).message ?? outcome)).toMatch(/shutting down/);
  expect(await published(shop, "orders")).toEqual([]);
});

test("[PSN-12] a call that never ends does not keep the server from ending", async () => {
  const shop = openShop();
  const [, connect] = CLIENTS[2]!;
  const entered = Promise.withResolvers<void>();
  shop.embedded.transport.send = () => {
    entered.resolve();
    return new Promise(() => undefined);
  };
  const serving = await shop.serve();
  const client = await connect(serving.url, {});
  const answer = client.call("order_placed", { item: "tea" }).catch((error: unknown) => error);
  await entered.promise;
  await serving.close(20);
  expect(await answer).toBeDefined();
});
