// How many messages a destination keeps: what is emptied is known by that, on every broker, though its name stays.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { KAFKA_JARS } from "../../../../scripts/brokers/kafka.ts";
import { ELASTICMQ_JARS } from "../../../../scripts/brokers/sqs.ts";
import { describeBroker } from "../../../guard/test/brokers.ts";
import { BROKERS } from "../../src/probe/brokers/index.ts";
import { encoded } from "../../src/probe/taps/tap.ts";

process.env["KAFKA_HOME"] ??= KAFKA_JARS;
process.env["ELASTICMQ_JAR"] ??= ELASTICMQ_JARS;

async function makeStream(url: string): Promise<void> {
  const { connect } = await import("@nats-io/transport-node");
  const connection = await connect({ servers: url });
  await connection.request("$JS.API.STREAM.CREATE.FIRST", JSON.stringify({ name: "FIRST", subjects: ["first"], storage: "memory" }));
  await connection.close();
}

const FORMS = { redis: ["stream", "list"], nats: ["stream"], rabbitmq: ["queue"], kafka: ["topic"], sqs: ["queue"] } as const;

for (const [kind, forms] of Object.entries(FORMS) as [keyof typeof FORMS, readonly string[]][])
  describeBroker(kind, `what is kept on ${kind}`, () => {
    test("as many messages as were put, and none where there is no such place", { timeout: 240_000 }, async () => {
      const folder = mkdtempSync(join(tmpdir(), "holds-test-"));
      const broker = await BROKERS[kind]({ folder });
      const { tap, names } = broker;
      try {
        // NATS keeps nothing before there is a stream.
        if (kind === "nats") await makeStream(names["url"] ?? "");
        for (const form of forms) {
          const destination = `kept-${form}`;
          for (let count = 0; count < 2; count++) await tap.put({ destination, bytes: encoded(`{"n":${count}}`), headers: {} }, form);
          await vi.waitFor(async () => expect(await tap.holds(destination)).toBe(2), 20_000);
        }
        expect(await tap.holds("kept-nowhere")).toBe(0);
      } finally {
        await broker.close();
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });

describeBroker("nats", "what is kept in a bucket of NATS", () => {
  test("[DST-09] a key that was deleted holds nothing, though a note of that stands there", { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "holds-test-"));
    const broker = await BROKERS.nats({ folder });
    const { tap, names } = broker;
    const { connect } = await import("@nats-io/transport-node");
    const connection = await connect({ servers: names["url"] ?? "" });
    try {
      const bucket = { name: "KV_CONFIG", subjects: ["$KV.CONFIG.>"], storage: "memory", allow_rollup_hdrs: true };
      await connection.request("$JS.API.STREAM.CREATE.KV_CONFIG", JSON.stringify(bucket));
      for (const key of ["deleted", "purged", "kept"])
        await tap.put({ destination: `$KV.CONFIG.${key}`, bytes: encoded("1"), headers: {} });
      await tap.put({ destination: "$KV.CONFIG.deleted", bytes: encoded(""), headers: { "KV-Operation": "DEL" } });
      const purge = { "KV-Operation": "PURGE", "Nats-Rollup": "sub" };
      await tap.put({ destination: "$KV.CONFIG.purged", bytes: encoded(""), headers: purge });
      const held = ["deleted", "purged", "kept"].map((key) => tap.holds(`$KV.CONFIG.${key}`));
      expect(await Promise.all(held)).toEqual([0, 0, 1]);
    } finally {
      await connection.close();
      await broker.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
