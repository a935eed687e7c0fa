// What `sallyport topology` prints is what --apply would make there: the address has a say in both. That brokers then have
// what was printed is tried on the real ones.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run, temporaryFolder } from "../command.ts";

const CONTRACT = `name: shop
events:
  order.placed:
    description: An order was placed.
    destination: orders
    schema: { type: object, additionalProperties: false, properties: {} }
`;

async function printed(broker: string): Promise<string> {
  const contract = join(temporaryFolder(), "contract.yaml");
  writeFileSync(contract, CONTRACT);
  const { code, stdout, stderr } = await run(["topology", contract, "--broker", broker]);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout;
}

test.each([
  ["kafka", /--replication-factor 3 .*min.insync.replicas=2/, undefined],
  ["kafka://127.0.0.1?minInSyncReplicas=1", /--replication-factor 1 .*min.insync.replicas=1/, /min.insync.replicas=2/],
  ["kafka://127.0.0.1?vouchesEnqueueTime=true", /--topic orders .*message.timestamp.type=LogAppendTime/, undefined],
  ["nats", /--replicas=1/, undefined],
  ["nats://127.0.0.1?replicas=5", /--replicas=5/, /--replicas=1/],
  ["rabbitmq", /rabbitmqadmin declare exchange/, undefined],
  ["amqp://127.0.0.1/it%27s", /rabbitmqadmin --vhost='it'\\''s' declare exchange/, /rabbitmqadmin declare/],
  ["sqs", /--queue-name sallyport__orders__shop /, /audit/],
  [
    "sqs://eu-central-1?groups=shop,audit",
    /--queue-name sallyport__orders__shop (?:.|\n)*--queue-name sallyport__orders__audit /,
    undefined,
  ],
] as const)("topology --broker %s prints commands for what it says", async (broker, has, hasNot) => {
  const text = await printed(broker);
  expect(text).toMatch(has);
  if (hasNot !== undefined) expect(text).not.toMatch(hasNot);
});

test("`acl` without broker and store names those that there are, of both", async () => {
  const contract = join(temporaryFolder(), "contract.yaml");
  writeFileSync(contract, CONTRACT);
  const { code, stderr } = await run(["acl", contract]);
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/^ERR_CONFIG_INVALID: .*a broker, one of .*kafka.*, or a store, one of .*postgres/),
  ]);
});
