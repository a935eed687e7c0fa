// A client of kafkajs begins anew by itself, also while it is being closed: what it says and does then, in an order that a
// broker gives only now and then.
import { describe, expect, test } from "vitest";
import type { KafkaJsClient, KafkaJsConsumer } from "../../src/kafka/kafkajs.ts";
import { KafkaJsMember } from "../../src/kafka/kafkajs-member.ts";
import { TestClock } from "../../src/testing/index.ts";

const JOINED = { payload: { memberId: "m", memberAssignment: { orders: [0] } } };

/** A client whose group is joined at once, which counts how often it was told to leave. */
function client() {
  const listeners = new Map<string, (event: unknown) => void>();
  const seen = { left: 0, assigned: 0, restarts: async (_error: Error): Promise<boolean> => true };
  const say = (name: string, event: unknown): void => listeners.get(name)?.(event);
  const consumer = {
    events: { GROUP_JOIN: "GROUP_JOIN", CRASH: "CRASH", FETCH: "FETCH" },
    connect: async () => undefined,
    disconnect: async () => void seen.left++,
    subscribe: async () => undefined,
    run: async () => say("GROUP_JOIN", JOINED),
    seek: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    on: (name: string, listener: (event: unknown) => void) => listeners.set(name, listener),
  };
  const kafka = {
    consumer: ({ retry }: Parameters<KafkaJsClient["consumer"]>[0]) => {
      seen.restarts = retry.restartOnFailure;
      return consumer as unknown as KafkaJsConsumer;
    },
  } as unknown as KafkaJsClient;
  const parts = { kafka, look: () => Promise.reject(new Error("unused")), clock: new TestClock(), answerWithinMs: 1000, sessionMs: 6000 };
  const events = {
    assigned: () => void seen.assigned++,
    read: () => undefined,
    wanted: () => undefined,
    lost: () => undefined,
    fetching: () => undefined,
  };
  return { member: new KafkaJsMember(parts, { group: "g", topics: ["orders"] }, events), seen, say };
}

describe("[PSN-12] a member over kafkajs that is closed", () => {
  test("leaves again when its client had been joining meanwhile, and is given nothing", async () => {
    const { member, seen, say } = client();
    await member.join();
    expect(seen).toMatchObject({ assigned: 1, left: 0 });
    await member.close();
    say("GROUP_JOIN", JOINED);
    expect(seen).toMatchObject({ assigned: 1, left: 2 });
  });

  test("is not begun anew by its client; one that is open is", async () => {
    const { member, seen } = client();
    await member.join();
    expect(await seen.restarts(new Error("the coordinator is elected"))).toBe(true);
    await member.close();
    expect(await seen.restarts(new Error("the coordinator is elected"))).toBe(false);
  });
});
