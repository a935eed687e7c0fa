// What the adapters deal with, broker by broker. Tests on real brokers notice it, and so these are taken out only while
// the brokers run: `npm run check:defences-brokers`. Each says which test is asked.
import { guard, type OnBroker, onBroker } from "./removal.ts";

const adapterTest = (name: string): string => `packages/guard/test/adapters/${name}.broker.test.ts`;

export const ADAPTERS: readonly OnBroker[] = [
  onBroker(
    "rabbitmq",
    { file: adapterTest("rabbitmq"), title: "a message that no queue is bound for" },
    "PUB-11",
    "what no queue is bound for is confirmed, and gone",
    guard("rabbitmq/amqplib.ts", "persistent: true, mandatory: true,", "persistent: true,"),
    guard("rabbitmq/rabbitmq-client.ts", "mandatory: true, ...properties", "...properties"),
  ),
  onBroker(
    "rabbitmq",
    { file: adapterTest("rabbitmq"), title: "a message that no queue is bound for" },
    "PUB-11",
    "what came back is taken for published",
    guard("rabbitmq/publishing.ts", '      if (confirmation === "returned") return returned(exchange);\n', ""),
  ),
  onBroker(
    "rabbitmq",
    { file: adapterTest("rabbitmq"), title: "the broker gives up no message before" },
    "PSN-01",
    "the broker gives a message up before the consumer does",
    guard("rabbitmq/topology.ts", '"x-delivery-limit": DELIVERY_LIMIT };', '"x-delivery-limit": 5 };'),
  ),
  onBroker(
    "kafka",
    { file: adapterTest("kafka-server"), title: "a topic with the producers' times is refused" },
    "REP-09",
    "the producer's time is vouched for as the broker's",
    guard(
      "kafka/topic-checks.ts",
      '!vouchesEnqueueTime || is("message.timestamp.type") === "LogAppendTime"',
      '!vouchesEnqueueTime || is("message.timestamp.type") !== ""',
    ),
  ),
  onBroker(
    "kafka",
    { file: adapterTest("kafka-days"), title: "a retry is confirmed before its source moves" },
    "PSN-14",
    "the source moves before the retry is confirmed",
    guard(
      "kafka/member.ts",
      "if (!entry.isRetried) await this.#parts.retry(entry, origin, delayMs, enqueuedAtMs);",
      "if (!entry.isRetried) void this.#parts.retry(entry, origin, delayMs, enqueuedAtMs).catch(() => undefined);",
    ),
  ),
  onBroker(
    "kafka",
    { file: "packages/guard/test/kafka/member.test.ts", title: "what was asked for before the partition was given anew" },
    "PSN-12",
    "an answer that was asked for before a partition was given anew skips what lies between",
    guard(
      "kafka/member.ts",
      " || this.#closing !== undefined || asked > log.position) return;",
      " || this.#closing !== undefined) return;",
    ),
  ),
  onBroker(
    "sqs",
    { file: adapterTest("sqs-sending"), title: "one entry that fails by" },
    "PUB-11",
    "an entry that failed is confirmed with its batch",
    guard("sqs/queue.ts", "failures[index] = stale.has(index) ? undefined : entryError(failure);", "failures[index] = undefined;"),
  ),
  onBroker(
    "sqs",
    { file: adapterTest("sqs-days"), title: "stays with a member that works for longer" },
    "PSN-05",
    "what is worked on for longer than it is invisible goes to another, too",
    guard(
      "adapters/sqs-member.ts",
      "[...this.#out.values()].filter(({ settling, lost }) => !settling && !lost);",
      "[...this.#out.values()].filter(({ settling, lost }) => !settling && !lost && settling);",
    ),
  ),
  onBroker(
    "sqs",
    { file: adapterTest("sqs-days"), title: "a prolongation that is under way" },
    "PSN-03",
    "a prolongation that is under way takes the delay back",
    guard("adapters/sqs-member.ts", "    await this.#beating;\n    if (out.lost) return;", "    if (out.lost) return;"),
  ),
  onBroker(
    "redis",
    { file: adapterTest("redis-streams-others"), title: "where ids are vouched for, one of a time to come is not" },
    "REP-09",
    "an id that somebody chose in the future is vouched for as the server's time",
    guard(
      "adapters/redis-streams-member.ts",
      "vouchesEnqueueTime && idMs <= clock.now() && {",
      "vouchesEnqueueTime && clock.now() > 0 && {",
    ),
  ),
  onBroker(
    "nats",
    { file: adapterTest("nats-others"), title: "a stream that answers" },
    "PUB-11",
    "any answer is taken for the stream's",
    guard("nats/link.ts", 'if (typeof stream !== "string" || typeof seq !== "number") throw', "if (data === undefined) throw"),
  ),
  onBroker(
    "nats",
    { file: adapterTest("nats-days"), title: "a member that works for longer keeps" },
    "PSN-05",
    "what is worked on for longer than the server waits is delivered again",
    guard(
      "adapters/nats-member.ts",
      'this.#timers.set("beat", this.#parts.ackWaitMs / 3, () => {',
      'this.#timers.set("beat", this.#parts.ackWaitMs * 3, () => {',
    ),
  ),
];
