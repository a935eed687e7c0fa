import { describe, expect, test } from "vitest";
import { SallyportError } from "../../src/index.ts";
import { withCause } from "../../src/envelope/causation.ts";
import { alice, house, note, settle } from "../house.ts";

const envelopeOf = (bytes: Uint8Array): Record<string, unknown> => JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
const approve = async (): Promise<"approved"> => "approved";

describe("admission", () => {
  test.each(["note.deleted", "constructor", "toString", "__proto__", "hasOwnProperty"])(
    "[PUB-01] [PUB-03] an event that is not in the contract is refused by name: %s",
    async (type) => {
      const { publisher, transport } = house();
      await expect(publisher().publishUntyped(type, note(), alice)).rejects.toMatchObject({ code: "ERR_REQUEST_EVENT_UNKNOWN" });
      expect(transport.sent).toEqual([]);
    },
  );

  test("[PUB-03] a type in an array is not coerced into a name", async () => {
    const { publisher } = house();
    await expect(publisher().publishUntyped(["note.created"] as unknown as string, note(), alice)).rejects.toMatchObject({
      code: "ERR_REQUEST_EVENT_UNKNOWN",
    });
  });

  test.each([
    ["[PUB-02] unknown keys", { ...note(), topic: "admin" }],
    ["[PUB-04] an id", { ...note(), id: "mine" }],
    ["[PUB-04] an actor", { ...note(), actor: "root" }],
    ["[PUB-05] headers", { ...note(), headers: { CC: ["admin"] } }],
    ["[PUB-06] a partition", { ...note(), partition: 3 }],
    ["[DST-01] a destination", { ...note(), destination: "admin" }],
    ["[DST-08] a tenant", { ...note(), tenant: "evil" }],
    ["[PUB-02] another type of value", { noteId: 1, text: "x" }],
    ["[PUB-03] an array where an object is due", [note()]],
  ])("%s are refused, not stripped", async (_what, data) => {
    const { publisher, transport } = house();
    await expect(publisher().publishUntyped("note.created", data, alice)).rejects.toMatchObject({ code: "ERR_REQUEST_INVALID" });
    expect(transport.sent).toEqual([]);
  });

  test.each([
    ["deep", JSON.parse(`${"[".repeat(40)}${"]".repeat(40)}`) as unknown],
    ["endless", { ...note(), stars: Number.POSITIVE_INFINITY }],
    ["beyond 2^53", { ...note(), stars: 2 ** 60 }],
    ["large", { ...note(), text: "x".repeat(70_000) }],
    ["of a lone surrogate", { ...note(), text: "\ud800" }],
  ])("[PUB-07] data that is %s is refused with the limit in the refusal", async (_what, data) => {
    const { publisher } = house();
    const refusal = await publisher()
      .publishUntyped("note.created", data, alice)
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "ERR_REQUEST_LIMIT" });
    expect((refusal as SallyportError).publicMessage).toMatch(/^The arguments are out of bounds: .+\. Nothing was published\.$/);
  });

  test("[PUB-07] the size that counts is that of the bytes, not of the characters", async () => {
    const { publisher } = house();
    const data = { ...note(), text: "\u0001".repeat(2000) };
    await expect(publisher().publishUntyped("note.created", data, alice)).resolves.toBeDefined();
  });

  test("a principal without the event's scopes is refused", async () => {
    const { publisher } = house();
    const call = { ...alice, principal: { id: "bob" }, approve };
    await expect(publisher().publish("note.removed", { noteId: "n1" }, call)).rejects.toMatchObject({ code: "ERR_REQUEST_FORBIDDEN" });
  });

  test.each(["", "../x", "a.b", "*", ">", "#", "acme/other", "dlq", "a\r\nb"])(
    "[DST-03] [DST-08] no destination is made from the tenant %j",
    async (tenant) => {
      const { publisher, transport } = house();
      const call = { ...alice, principal: { id: "alice", tenant } };
      await expect(publisher().publish("note.shared", { noteId: "n1" }, call)).rejects.toMatchObject({ code: "ERR_REQUEST_TENANT" });
      expect(transport.sent).toEqual([]);
    },
  );

  test("[DST-08] the tenant is the principal's, in the destination and under the signature", async () => {
    const { publisher, transport } = house();
    await publisher().publish("note.shared", { noteId: "n1" }, alice);
    expect(transport.sent[0]?.destination).toBe("shares.acme");
    expect(envelopeOf(transport.sent[0]?.bytes ?? new Uint8Array())).toMatchObject({ tenant: "acme", destination: "shares.acme" });
  });
});

describe("what goes out", () => {
  test("[PUB-04] [PUB-06] [PUB-12] the server sets id, time, source, actor, origin and key", async () => {
    const { publisher, transport, clock } = house();
    const receipt = await publisher().publish("note.created", note(), alice);
    const [sent] = transport.sent;
    expect(sent?.key).toBe("n1");
    expect(envelopeOf(sent?.bytes ?? new Uint8Array())).toMatchObject({
      specversion: "1.0",
      id: receipt.id,
      source: "notes",
      type: "note.created",
      destination: "notes",
      actor: "alice",
      origin: "llm",
      subject: "n1",
      hop: 0,
      rootid: receipt.id,
      generation: 0,
      time: new Date(clock.now()).toISOString(),
      data: note(),
    });
  });

  test("[PUB-05] a message has an id, a destination, a key and bytes: there is no place for headers", async () => {
    const { publisher, transport } = house();
    await publisher().publish("note.created", note(), alice);
    expect(Object.keys(transport.sent[0] ?? {}).toSorted()).toEqual(["bytes", "destination", "id", "key"]);
  });

  test("[PUB-11] there is no receipt without the broker's confirmation", async () => {
    const { publisher, transport } = house();
    transport.fail = new Error("broker password=hunter2 at 10.0.0.1");
    const refusal = (await publisher()
      .publish("note.created", note(), alice)
      .catch((error: unknown) => error)) as SallyportError;
    expect(refusal).toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    expect(refusal.publicMessage).not.toMatch(/hunter2|10\.0|notes/);
  });

  test("[PUB-13] no refusal's public message names a destination, a key, a path or a cause", async () => {
    const { publisher, transport } = house();
    transport.fail = new SallyportError("ERR_TRANSPORT_REFUSED", "queue notes on amqp://guest:guest@host refused", {
      cause: new Error("secret"),
    });
    const refusal = (await publisher()
      .publish("note.created", note(), alice)
      .catch((error: unknown) => error)) as SallyportError;
    expect(refusal.publicMessage).toBe("The message broker refused the event. Nothing was published.");
  });

  test("[OPS-01] every decision is on the trail: accepted before it is sent, and refused", async () => {
    const { publisher, trail } = house();
    const publish = publisher();
    const receipt = await publish.publish("note.created", note(), alice);
    await publish.publishUntyped("note.nothing", {}, alice).catch(() => undefined);
    await publish.publishUntyped("note.created", {}, alice).catch(() => undefined);
    expect(trail).toMatchObject([
      { door: "publish", decision: "accepted", actor: "alice", eventId: receipt.id },
      { door: "publish", decision: "refused", actor: "alice", code: "ERR_REQUEST_EVENT_UNKNOWN" },
      { door: "publish", decision: "refused", actor: "alice", code: "ERR_REQUEST_INVALID", eventType: "note.created" },
    ]);
    expect(trail[1]).not.toHaveProperty("eventType");
  });

  test("[OPS-01] what cannot be put on the trail is not sent", async () => {
    const { publisher, transport } = house();
    const trail = { append: () => Promise.reject(new Error("disk full")) };
    await expect(publisher({ trail }).publish("note.created", note(), alice)).rejects.toThrow("disk full");
    expect(transport.sent).toEqual([]);
  });
});

describe("limits", () => {
  test("[PUB-08] an actor's rate is bounded, over any window, and others are not affected", async () => {
    const { publisher, clock } = house();
    const publish = publisher();
    for (let call = 0; call < 5; call++) await publish.publish("note.created", note(`n${call}`), alice);
    await expect(publish.publish("note.created", note("n6"), alice)).rejects.toMatchObject({
      code: "ERR_REQUEST_RATE",
      retryAfterMs: 60_000,
    });
    await publish.publish("note.created", note("n6"), { ...alice, principal: { id: "bob" } });
    clock.advance(60_000);
    await publish.publish("note.created", note("n6"), alice);
  });

  test("[PUB-08] an event's quota is shared by all principals", async () => {
    const { publisher } = house();
    const publish = publisher();
    const call = (id: string): typeof alice & { approve: typeof approve } => ({
      ...alice,
      principal: { ...alice.principal, id: id as "alice" },
      approve,
    });
    await publish.publish("note.removed", { noteId: "1" }, call("a"));
    await publish.publish("note.removed", { noteId: "2" }, call("b"));
    await expect(publish.publish("note.removed", { noteId: "3" }, call("c"))).rejects.toMatchObject({ code: "ERR_REQUEST_QUOTA" });
  });

  test("[PUB-14] a chain of events ends at maxHops, counted from the verified cause and not from anything in the data", async () => {
    const { publisher, transport } = house();
    const publish = publisher({ maxHops: 3 });
    await withCause({ eventId: "e", rootId: "r", hop: 2 }, () => publish.publish("note.created", note(), alice));
    expect(envelopeOf(transport.sent[0]?.bytes ?? new Uint8Array())).toMatchObject({ hop: 3, rootid: "r", causationid: "e" });
    await expect(
      withCause({ eventId: "e", rootId: "r", hop: 3 }, () => publish.publish("note.created", note("n2"), alice)),
    ).rejects.toMatchObject({ code: "ERR_REQUEST_LOOP" });
  });

  test("[PUB-14] one first event has a budget, however its descendants are spread over actors and types", async () => {
    const { publisher } = house();
    const publish = publisher({ maxPerRoot: 3 });
    const caused = (id: string): Promise<unknown> =>
      withCause({ eventId: id, rootId: "r", hop: 0 }, () => publish.publish("note.created", note(id), { ...alice, principal: { id } }));
    for (const id of ["a", "b", "c"]) await caused(id);
    await expect(caused("d")).rejects.toMatchObject({ code: "ERR_REQUEST_LOOP" });
  });
});

describe("repeated calls", () => {
  test("[PUB-10] the same call publishes once and returns the first receipt", async () => {
    const { publisher, transport } = house();
    const publish = publisher();
    const first = await publish.publish("note.created", note(), alice);
    const second = await publish.publishUntyped("note.created", { text: "hello", noteId: "n1" }, alice);
    expect(second).toEqual({ ...first, repeated: true });
    expect(transport.sent).toHaveLength(1);
  });

  test("[PUB-10] without a key, the same arguments are a new call once the window has passed", async () => {
    const { publisher, transport, clock } = house();
    const publish = publisher({ sameCallMs: 1000 });
    await publish.publish("note.created", note(), alice);
    clock.advance(1000);
    await publish.publish("note.created", note(), alice);
    expect(transport.sent).toHaveLength(2);
  });

  test("[PUB-10] the same key with other data is a conflict; another caller's key is another key", async () => {
    const { publisher, transport } = house();
    const publish = publisher();
    await publish.publish("note.created", note(), { ...alice, idempotencyKey: "k" });
    await expect(publish.publish("note.created", note("n2"), { ...alice, idempotencyKey: "k" })).rejects.toMatchObject({
      code: "ERR_REQUEST_CONFLICT",
    });
    await publish.publish("note.created", note("n2"), { ...alice, principal: { id: "bob" }, idempotencyKey: "k" });
    expect(transport.sent).toHaveLength(2);
  });

  test("[PUB-10] while a call is in flight the same call waits for its result", async () => {
    const { publisher, transport, clock } = house();
    const publish = publisher();
    const gate = Promise.withResolvers<"approved">();
    const call = { ...alice, approve: () => gate.promise };
    const first = publish.publish("note.removed", { noteId: "n1" }, call);
    await settle();
    const second = publish.publish("note.removed", { noteId: "n1" }, call);
    await settle();
    gate.resolve("approved");
    await settle();
    clock.advance(100);
    expect(await second).toEqual({ ...(await first), repeated: true });
    expect(transport.sent).toHaveLength(1);
  });

  test("[PUB-10] a publish that nobody can be sure of is repeated under the same id", async () => {
    const { publisher, transport } = house();
    const publish = publisher();
    const ids: string[] = [];
    const send = transport.send.bind(transport);
    transport.send = async (messages) => {
      ids.push(...messages.map((message) => message.id));
      if (ids.length === 1) throw new Error("connection lost");
      await send(messages);
    };
    await expect(publish.publish("note.created", note(), alice)).rejects.toMatchObject({ code: "ERR_TRANSPORT_UNAVAILABLE" });
    await publish.publish("note.created", note(), alice);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
  });
});

describe("approval", () => {
  const call = { ...alice, idempotencyKey: "k" };

  test.each([
    ["nobody can be asked", undefined, "ERR_REQUEST_APPROVAL_UNAVAILABLE"],
    ["the client cannot ask", async () => "unavailable" as const, "ERR_REQUEST_APPROVAL_UNAVAILABLE"],
    ["a person declines", async () => "declined" as const, "ERR_REQUEST_APPROVAL_DECLINED"],
  ])("[PUB-09] nothing is published when %s", async (_when, approver, code) => {
    const { publisher, transport } = house();
    const asked = approver === undefined ? call : { ...call, approve: approver };
    await expect(publisher().publish("note.removed", { noteId: "n1" }, asked)).rejects.toMatchObject({ code });
    expect(transport.sent).toEqual([]);
  });

  test("[PUB-09] the person sees the event and its data, and what is approved is published", async () => {
    const { publisher, transport } = house();
    const seen: unknown[] = [];
    await publisher().publish("note.removed", { noteId: "n1" }, { ...call, approve: async (request) => (seen.push(request), "approved") });
    expect(seen).toMatchObject([{ type: "note.removed", data: { noteId: "n1" }, principal: { id: "alice" } }]);
    expect(transport.sent).toHaveLength(1);
  });
});
