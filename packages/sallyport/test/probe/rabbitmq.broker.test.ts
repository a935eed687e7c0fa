// Servers on RabbitMQ, on a node that the probe starts: routing keys and headers left to the model, and the guard.
import { expect, test } from "vitest";
import { describeBroker } from "../../../guard/test/brokers.ts";
import type { Ruling } from "../../src/finding/verdict.ts";
import { expectEvidence, FOUR, probed, provenThreats, ruledAs, slowTest, verdictOf } from "./rulings.ts";
import { rabbitMqArranged, rabbitMqOurs, rabbitMqWrong } from "./subjects-on-brokers.ts";

describeBroker("rabbitmq", "the probe beside a RabbitMQ node of its own", () => {
  test("all four attacks are proven on a server that leaves everything to the model", { timeout: 480_000 }, async () => {
    const result = await probed(rabbitMqWrong(), { only: FOUR });
    expect(result.failure).toBeUndefined();
    expect(result.consumed).toEqual(["invoices", "orders"]);
    expect(provenThreats(result)).toEqual(
      expect.arrayContaining(["PUB-02", "PUB-05", "PUB-11", "DST-01", "DST-04", "DST-05", "REP-01", "REP-05", "PSN-01", "PSN-04"]),
    );
    expect(ruledAs(result, "inconclusive")).toEqual([]);
    expect(verdictOf(result, "client-key").ruling).toBe("withstood");
    expectEvidence(result);
  });

  test(
    "[DST-09] [PUB-04] [PUB-06] bindings, policies and properties are looked at, which are in no name",
    { timeout: 240_000 },
    async () => {
      const result = await probed(rabbitMqArranged(), { only: ["administrative-tool", "client-key", "server-fields"] });
      expect(result.failure).toBeUndefined();
      const ruled = (attack: string): Readonly<Record<string, Ruling>> =>
        Object.fromEntries(verdictOf(result, attack).cases.map(({ name, ruling }) => [name, ruling]));
      expect(ruled("administrative-tool")).toEqual({
        "create_binding: makes what it is for": "proven",
        "delete_binding: ends what it is for": "proven",
        "delete_binding_never: ends what it is for": "withstood",
        "create_policy: makes what it is for": "proven",
        "create_policy_never: makes what it is for": "withstood",
      });
      expect(ruled("client-key")).toMatchObject({
        "send: properties.priority": "proven",
        "send_urgent: priority, a number": "proven",
        // A header of that name is no priority.
        "send_marked: headers.priority": "withstood",
      });
      expect(ruled("server-fields")).toMatchObject({
        "send: message id in properties": "proven",
        "send_marked: message id in headers": "withstood",
      });
    },
  );

  slowTest("nothing is proven on the guard, and every attack that applies is withstood", { timeout: 480_000 }, async () => {
    const result = await probed(rabbitMqOurs());
    expect(result.failure).toBeUndefined();
    expect(ruledAs(result, "proven")).toEqual([]);
    expect(ruledAs(result, "inconclusive")).toEqual([]);
    expect(ruledAs(result, "withstood").length).toBeGreaterThan(20);
  });
});
