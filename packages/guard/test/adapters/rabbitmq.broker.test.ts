import { afterAll, beforeAll, describe, test } from "vitest";
import { RabbitMqTransport } from "../../src/adapters/rabbitmq.ts";
import { transportLaws } from "../../src/testing/index.ts";
import { describeBroker } from "../brokers.ts";
import { CLIENTS, type Opened } from "./rabbitmq-clients.ts";

let opened = 0;
/** Names of its own for every transport. */
const freshPrefix = (): string => `r${process.pid}-${++opened}`;

describeBroker("rabbitmq", "RabbitMQ", (url) => {
  describe.each(CLIENTS)("through %s", (_name, open) => {
    let shared: Opened;
    beforeAll(async () => {
      shared = await open(url);
    });
    afterAll(() => shared.close());
    const fresh = async (): Promise<RabbitMqTransport> => new RabbitMqTransport(shared.client, { prefix: freshPrefix() });
    for (const law of transportLaws(fresh)) test(law.name, law.run);
  });
});
