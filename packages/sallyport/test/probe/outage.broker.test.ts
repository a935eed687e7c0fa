// A broker that is gone: what its server says then, and that it is gone for whoever comes by the way of the target.
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { KAFKA_JARS } from "../../../../scripts/brokers/kafka.ts";
import { ELASTICMQ_JARS } from "../../../../scripts/brokers/sqs.ts";
import { describeBroker } from "../../../guard/test/brokers.ts";
import type { StartedBroker } from "../../src/probe/brokers/broker.ts";
import { BROKERS } from "../../src/probe/brokers/index.ts";
import { longTest, probed, verdictOf } from "./rulings.ts";
import { outage } from "./subjects-on-brokers.ts";

process.env["KAFKA_HOME"] ??= KAFKA_JARS;
process.env["ELASTICMQ_JAR"] ??= ELASTICMQ_JARS;

describeBroker("redis", "a server whose Redis is gone", () => {
  test.each([
    ["tells", "proven", /^an error of order shows an address that it could not reach: 127\.0\.0\.1:/],
    ["tries", "proven", /^an error of order shows an address/],
    ["says", "proven", /^an error of order shows an address/],
    ["pairs", "proven", /^an error of order shows an address/],
    ["names", "proven", /^an error of order shows the destination orders-of-today/],
    ["hushes", "withstood", /nothing of the inside/],
    ["codes", "withstood", /nothing of the inside/],
    ["echoes", "withstood", /nothing of the inside/],
    ["pretends", "not-applicable", /there was no error/],
    ["repeats", "not-applicable", /there was no error/],
  ])("[PUB-13] one that %s is %s", { timeout: 120_000 }, async (manner, ruling, said) => {
    const result = await probed(outage(manner), { only: ["leaking-outage"] });
    expect(result.failure).toBeUndefined();
    expect(verdictOf(result, "leaking-outage")).toMatchObject({ ruling, said: expect.stringMatching(said) });
  });
});

async function startedAs(kind: keyof typeof BROKERS): Promise<StartedBroker> {
  const folder = mkdtempSync(join(tmpdir(), "sallyport-vanish-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return BROKERS[kind]({ folder });
}

for (const kind of ["redis", "nats", "rabbitmq", "kafka", "sqs"] as const) {
  describeBroker(kind, `a ${kind} of the probe's own that vanishes`, () => {
    longTest("cuts off who is connected, and refuses who comes", { timeout: 180_000 }, async () => {
      const broker = await startedAs(kind);
      const port = Number(broker.names["port"]);
      const connected = connect(port, "127.0.0.1");
      await once(connected, "connect");
      const ended = new Promise<void>((resolve) => {
        connected.once("error", () => undefined);
        connected.once("close", resolve).resume();
      });
      await broker.tap.vanish!();
      await ended;
      await expect(once(connect(port, "127.0.0.1"), "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });
      await broker.close();
    });
  });
}

test("an embedded broker that vanishes takes nothing more, until it is closed", async () => {
  const broker = await startedAs("embedded");
  const file = new DatabaseSync(broker.names["file"]!);
  onTestFinished(() => file.close());
  file.exec("PRAGMA busy_timeout = 10; CREATE TABLE log (n integer)");
  await broker.tap.vanish!();
  expect(() => file.exec("INSERT INTO log VALUES (1)")).toThrow(/locked/);
  await broker.close();
  file.exec("INSERT INTO log VALUES (1)");
});
