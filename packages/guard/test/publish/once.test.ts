// The same call, again and again, while something fails: what may be with the broker is never published as a second event.
import { expect, onTestFinished, test, vi } from "vitest";
import { isSallyportError, SallyportError } from "../../src/index.ts";
import type { LedgerEnd } from "../../src/ports/limits.ts";
import { MemoryLedger } from "../../src/stores/memory-limits.ts";
import { alice, house, note, type RecordingTransport, settle } from "../house.ts";

const approve = async (): Promise<"approved"> => "approved";
const remove = { noteId: "n1" };

/** Fails to record the ends that it is told to. */
class FailingLedger extends MemoryLedger {
  failing: ((end: LedgerEnd) => boolean) | undefined;

  override async end(key: string, token: string, end: LedgerEnd): Promise<void> {
    if (this.failing?.(end)) throw new SallyportError("ERR_STORE_UNAVAILABLE", "the disk is full");
    await super.end(key, token, end);
  }
}

function warnings(): { readonly all: () => string[] } {
  const spy = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  onTestFinished(() => spy.mockRestore());
  return { all: () => spy.mock.calls.map(([said]) => String(said)) };
}

/** Each sending is answered with the next of these; the ids that were sent are written down. */
function answering(transport: RecordingTransport, ...answers: (Error | undefined)[]): string[] {
  const ids: string[] = [];
  transport.send = async ([message]) => {
    ids.push(String(message?.id));
    const answer = answers.shift();
    if (answer !== undefined) throw answer;
  };
  return ids;
}

const refusalOf = (promise: Promise<unknown>): Promise<SallyportError> =>
  promise.then(
    () => expect.unreachable(),
    (error: unknown) => (isSallyportError(error) ? error : expect.unreachable(String(error))),
  );

test("[PUB-10] [PUB-11] a confirmed event that the ledger cannot record is answered as published, and repeated under its id", async () => {
  const { publisher, transport, clock } = house();
  const said = warnings();
  const ledger = new FailingLedger({ clock });
  ledger.failing = ({ kind }) => kind === "finished";
  const publish = publisher({ ledger });
  const first = await publish.publish("note.created", note(), alice);
  expect(first).toMatchObject({ id: transport.sent[0]?.id, repeated: false });
  ledger.failing = undefined;
  expect(await publish.publish("note.created", note(), alice)).toMatchObject({ id: first.id });
  expect(transport.sent.map(({ id }) => id)).toEqual([first.id, first.id]);
  expect(said.all()).toEqual([expect.stringMatching(/^the ledger could not record how a call ended.*the disk is full/)]);
});

test("[PUB-10] when the ledger records no end at all, the same call waits for the lease and goes out under the same id", async () => {
  const { publisher, clock } = house();
  warnings();
  const ledger = new FailingLedger({ clock });
  ledger.failing = () => true;
  const publish = publisher({ ledger, callLeaseMs: 1000, sameCallMs: 1000 });
  const { id } = await publish.publish("note.created", note(), alice);
  clock.advance(1500);
  expect(await publish.publish("note.created", note(), alice)).toMatchObject({ id });
});

test("[PUB-11] a ledger that fails does not hide why nothing was published", async () => {
  const { publisher, clock } = house();
  warnings();
  const ledger = new FailingLedger({ clock });
  ledger.failing = () => true;
  const asked = { ...alice, approve: async () => "declined" as const };
  await expect(publisher({ ledger }).publish("note.removed", remove, asked)).rejects.toMatchObject({
    code: "ERR_REQUEST_APPROVAL_DECLINED",
  });
});

test("[PUB-11] [OPS-01] a trail that fails is said, and does not hide that nobody knows whether the event was published", async () => {
  const { publisher, transport } = house();
  const said = warnings();
  transport.fail = new Error("connection lost");
  let down = false;
  const trail = {
    append: () => (down ? Promise.reject(new SallyportError("ERR_STORE_FULL", "no room")) : ((down = true), Promise.resolve())),
  };
  const refusal = await refusalOf(publisher({ trail }).publish("note.created", note(), alice));
  expect(refusal.code).toBe("ERR_TRANSPORT_UNAVAILABLE");
  expect(said.all()).toEqual([expect.stringMatching(/^a refusal could not be put on the trail: no room/)]);
});

test("[PUB-10] an id that may be out is kept, also when a later attempt is refused; and the refusal does not deny the first", async () => {
  const { publisher, transport } = house();
  const ids = answering(transport, new Error("connection lost"), new SallyportError("ERR_TRANSPORT_REFUSED", "queue full"));
  const publish = publisher();
  await refusalOf(publish.publish("note.created", note(), alice));
  const second = await refusalOf(publish.publish("note.created", note(), alice));
  expect(second).toMatchObject({ code: "ERR_TRANSPORT_REFUSED" });
  expect(second.publicMessage).toBe(
    "This attempt was refused and published nothing. An earlier attempt of the same call may have been published.",
  );
  const { id } = await publish.publish("note.created", note(), alice);
  expect(ids).toEqual([id, id, id]);
});

test.each([
  ["an error of another kind", new SallyportError("ERR_STORE_UNAVAILABLE", "the outbox")],
  ["an error of nobody's", new TypeError("socket is undefined")],
])("[PUB-11] once sending has begun, %s means that nobody knows", async (_what, failure) => {
  const { publisher, transport } = house();
  const publish = publisher();
  const ids: string[] = [];
  transport.send = (([message]) => {
    ids.push(String(message?.id));
    if (ids.length === 1) throw failure;
    return Promise.resolve();
  }) as typeof transport.send;
  const refusal = await refusalOf(publish.publish("note.created", note(), alice));
  expect(refusal.code).toBe("ERR_TRANSPORT_UNAVAILABLE");
  expect(refusal.publicMessage).not.toContain("Nothing was published");
  await publish.publish("note.created", note(), alice);
  expect(ids[1]).toBe(ids[0]);
});

test("[PUB-10] the same call stays the same for as long as a person may take to answer, and for the window after that", async () => {
  const { publisher, transport, clock } = house();
  const publish = publisher({ sameCallMs: 60_000 });
  const answer = Promise.withResolvers<"approved">();
  const first = publish.publish("note.removed", remove, { ...alice, approve: () => answer.promise });
  await settle();
  clock.advance(300_000);
  const second = publish.publish("note.removed", remove, { ...alice, approve });
  await settle();
  answer.resolve("approved");
  const { id } = await first;
  clock.advance(20);
  expect(await second).toMatchObject({ id, repeated: true });
  clock.advance(59_000);
  expect(await publish.publish("note.removed", remove, { ...alice, approve })).toMatchObject({ id, repeated: true });
  expect(transport.sent).toHaveLength(1);
});

test("[PUB-08] [PUB-10] a quota is of events: neither a question to a person nor a repeated call uses it up", async () => {
  const { publisher, transport } = house();
  const publish = publisher();
  for (const answer of ["pending", "pending", "declined"] as const)
    await refusalOf(publish.publish("note.removed", remove, { ...alice, approve: async () => answer }));
  const { id } = await publish.publish("note.removed", remove, { ...alice, approve });
  await publish.publish("note.removed", { noteId: "n2" }, { ...alice, approve });
  expect(await publish.publish("note.removed", remove, { ...alice, approve })).toMatchObject({ id, repeated: true });
  const refusal = await refusalOf(publish.publish("note.removed", { noteId: "n3" }, { ...alice, approve }));
  expect([refusal.code, transport.sent.length]).toEqual(["ERR_REQUEST_QUOTA", 2]);
});

test("[PUB-09] asking that fails is no approval, and is not said to be the broker's fault", async () => {
  const { publisher, transport } = house();
  const asked = { ...alice, approve: () => Promise.reject(new Error("MCP error -32001: Request timed out")) };
  const refusal = await refusalOf(publisher().publish("note.removed", remove, asked));
  expect(refusal.code).toBe("ERR_REQUEST_APPROVAL_UNAVAILABLE");
  expect(refusal.publicMessage).toBe("This event needs a person's approval, and no answer came. Nothing was published.");
  expect(transport.sent).toEqual([]);
});
