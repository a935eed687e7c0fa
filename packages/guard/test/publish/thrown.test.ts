// What the developer's own functions throw while an agent publishes: nobody's word reaches the agent, and the operator hears.
import { expect, test } from "vitest";
import { z } from "zod";
import { type Contract, contract, DeadLetterDesk, event, KeyRing, OPERATE_SCOPE, Publisher } from "../../src/index.ts";
import { bindTools, type ToolResult } from "../../src/mcp/index.ts";
import { MemoryLedger, MemoryLimits } from "../../src/stores/memory-limits.ts";
import { alice, house, keySpec } from "../house.ts";

const SECRET = "postgres://root:hunter2@db";
const fail = (): never => {
  throw new Error(SECRET);
};
const strict = z.strictObject({ noteId: z.string().max(64) });
/** `validate` in the place of the library's. */
const judgedBy = (validate: () => unknown): typeof strict =>
  ({ "~standard": { ...strict["~standard"], validate } }) as unknown as typeof strict;
const made = (change: { schema?: typeof strict; key?: () => string }): Contract<any> => {
  const definition = event({ description: "A note.", schema: strict, destination: "notes", ...change });
  return contract({ name: "notes", events: { "note.created": definition } });
};

const THROWING: readonly (readonly [string, Contract<any>, string])[] = [
  ["a key function", made({ key: fail }), 'events["note.created"].key'],
  ["a validator", made({ schema: judgedBy(fail) }), 'events["note.created"].schema'],
  ["a refinement", made({ schema: strict.refine(fail) }), 'events["note.created"].schema'],
  ["a validator that waits first", made({ schema: judgedBy(() => Promise.reject(new Error(SECRET))) }), 'events["note.created"].schema'],
  ["a validator, of issues that cannot be read,", made({ schema: judgedBy(() => ({ issues: [null] })) }), 'events["note.created"].schema'],
];

function doorOf(of: Contract<any>) {
  const home = house();
  const { clock, transport } = home;
  const trail = { append: async (entries: readonly object[]) => void home.trail.push(...(entries as typeof home.trail)) };
  const keys = new KeyRing([keySpec()]);
  const parts = { contract: of, transport, keys, trail, clock };
  const decided: unknown[] = [];
  const observer = { decided: (...said: unknown[]) => void decided.push(said) };
  const [limits, ledger] = [new MemoryLimits({ clock }), new MemoryLedger({ clock })];
  return { home, keys, decided, publisher: new Publisher({ ...parts, observer, limits, ledger }), parts };
}

test.each(THROWING)(
  "[PUB-13] %s that throws publishes nothing, and is the developer's fault by code and place",
  async (_what, of, place) => {
    const { home, publisher, decided } = doorOf(of);
    const refusal = await publisher.publishUntyped("note.created", { noteId: "n1" }, alice).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: "ERR_CONFIG_INVALID",
      place,
      publicMessage: "The request could not be completed, and published nothing.",
      cause: expect.any(Error),
    });
    expect((refusal as Error).message).not.toContain("hunter2");
    expect(home.transport.sent).toEqual([]);
    expect(home.trail).toEqual([
      { door: "publish", decision: "refused", actor: "alice", code: "ERR_CONFIG_INVALID", eventType: "note.created" },
    ]);
    expect(decided).toEqual([["publish", "refused", "ERR_CONFIG_INVALID", "note.created"]]);
  },
);

test.each(THROWING)(
  "[PUB-13] [PUB-11] %s that throws: the agent sees a code and none of its words, the operator is told why",
  async (_what, of) => {
    const { publisher } = doorOf(of);
    const told: unknown[] = [];
    let call: ((args: unknown, context: object) => Promise<ToolResult>) | undefined;
    const server = { registerTool: (_name: string, _config: object, callback: typeof call) => void (call = callback) };
    bindTools({ ...server, server: { getClientCapabilities: () => undefined } } as never, publisher, {
      principal: alice.principal,
      onError: (error) => void told.push(error),
    });
    const answer = await call!({ noteId: "n1" }, {});
    expect(answer).toMatchObject({ isError: true, structuredContent: { code: "ERR_CONFIG_INVALID" } });
    expect(JSON.stringify(answer)).not.toMatch(/hunter2|broker|note\.created/);
    expect(told).toEqual([expect.objectContaining({ code: "ERR_CONFIG_INVALID", cause: expect.any(Error) })]);
  },
);

test("[PSN-10] [OPS-02] a validator that throws refuses a redrive, and nothing of its words is on the trail", async () => {
  const { home, publisher, parts, keys } = doorOf(made({}));
  await publisher.publishUntyped("note.created", { noteId: "n1" }, alice);
  const bytes = home.transport.sent.pop()!.bytes;
  const died = { code: "ERR_HANDLER_FAILED", step: "handle", attempts: 1, diedAtMs: 0 } as const;
  await home.deadLetters.put([{ id: "l1", group: "g", destination: "notes", bytes, ...died }]);
  const desk = new DeadLetterDesk({ ...parts, keys, contract: made({ schema: judgedBy(fail) }), deadLetters: home.deadLetters });
  const asked = desk.redrive("l1", { id: "olga", scopes: [OPERATE_SCOPE] });
  await expect(asked).rejects.toMatchObject({ code: "ERR_POLICY_REDRIVE", cause: expect.objectContaining({ message: SECRET }) });
  expect(home.transport.sent).toEqual([]);
  expect(JSON.stringify(home.trail)).not.toContain("hunter2");
});
