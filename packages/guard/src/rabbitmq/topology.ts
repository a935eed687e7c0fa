// What must be declared for a group, as data. Everything is durable and replicated, and nothing in it drops a message:
// what the broker will not deliver any more goes to a queue of its own, and what waits for its retry comes back
// confirmed.
import { SallyportError } from "../errors.ts";
import type { QueueArguments } from "./channel.ts";
import type { GroupNames } from "./names.ts";

export type Declared =
  | { readonly kind: "exchange"; readonly name: string; readonly type: "fanout" | "direct" }
  | { readonly kind: "queue"; readonly name: string; readonly args: QueueArguments }
  | { readonly kind: "binding"; readonly queue: string; readonly exchange: string; readonly routingKey: string };

export const BACK = "back";
const DEAD = "dead";
export const TURN = "turn";
export const routingKeyOf = (levelMs: number): string => `retry.${levelMs}`;

/**
 * From version 4 on the broker gives a message up after 20 deliveries unless the queue says another limit. How often is
 * for the consumer to say, so that this is above all of them; every version takes it.
 */
const DELIVERY_LIMIT = 2_000_000_000;

/** Without confirmation, what is dead-lettered is lost where its target cannot take it; that needs `reject-publish`. */
const deadLettering = (exchange: string, routingKey: string): QueueArguments => ({
  "x-dead-letter-exchange": exchange,
  "x-dead-letter-routing-key": routingKey,
  "x-dead-letter-strategy": "at-least-once",
  "x-overflow": "reject-publish",
});

const QUORUM: QueueArguments = { "x-queue-type": "quorum", "x-delivery-limit": DELIVERY_LIMIT };

export const ofDestination = (exchange: string): readonly Declared[] => [{ kind: "exchange", name: exchange, type: "fanout" }];

export const ofGroup = ({ exchange, queue, dead }: GroupNames): readonly Declared[] => [
  { kind: "exchange", name: queue, type: "direct" },
  { kind: "queue", name: dead, args: QUORUM },
  { kind: "binding", queue: dead, exchange: queue, routingKey: DEAD },
  { kind: "queue", name: queue, args: { ...QUORUM, ...deadLettering(queue, DEAD) } },
  { kind: "binding", queue, exchange: queue, routingKey: BACK },
  { kind: "binding", queue, exchange, routingKey: "" },
];

/** One member at a time has what is in it. */
export const ofTurn = ({ queue, turn }: GroupNames): readonly Declared[] => [
  { kind: "queue", name: turn, args: { ...QUORUM, "x-single-active-consumer": true } },
  { kind: "binding", queue: turn, exchange: queue, routingKey: TURN },
];

/** All in one have the same delay: what expires is only looked for at a queue's head. */
export const ofRetry = (names: GroupNames, levelMs: number): readonly Declared[] => [
  { kind: "queue", name: names.retry(levelMs), args: { ...QUORUM, "x-message-ttl": levelMs, ...deadLettering(names.queue, BACK) } },
  { kind: "binding", queue: names.retry(levelMs), exchange: names.queue, routingKey: routingKeyOf(levelMs) },
];

const FIRST_LEVEL_MS = 125;
const LAST_LEVEL_MS = FIRST_LEVEL_MS * 2 ** 25;

/**
 * The level that a delay waits in: the first that is no shorter. Each is twice the one before it.
 * @throws {SallyportError} `ERR_CONFIG_CAPABILITY` for a delay of more than seven weeks.
 */
export function levelOf(delayMs: number): number {
  let levelMs = FIRST_LEVEL_MS;
  while (levelMs < delayMs) levelMs *= 2;
  if (levelMs <= LAST_LEVEL_MS) return levelMs;
  throw new SallyportError("ERR_CONFIG_CAPABILITY", `RabbitMQ cannot keep a message back for ${delayMs} ms`, {
    place: "policy.maxRetryMs",
    remedy: `Keep it below ${LAST_LEVEL_MS}.`,
  });
}

/** The levels that delays of up to this wait in. */
export function levelsTo(mostMs: number): readonly number[] {
  const last = levelOf(mostMs);
  return Array.from({ length: Math.log2(last / FIRST_LEVEL_MS) + 1 }, (_, n) => FIRST_LEVEL_MS * 2 ** n);
}

export interface RabbitMqGroup {
  readonly destination: string;
  readonly group: string;
  readonly ordering: "none" | "key";
  /** The longest that a message of its may have to wait, in milliseconds. */
  readonly mostDelayMs: number;
}

/** All that a group needs which may declare nothing. */
export function wholeOf(names: GroupNames, { ordering, mostDelayMs }: RabbitMqGroup): readonly Declared[] {
  return [
    ...ofDestination(names.exchange),
    ...ofGroup(names),
    ...(ordering === "key" ? ofTurn(names) : levelsTo(mostDelayMs).flatMap((levelMs) => ofRetry(names, levelMs))),
  ];
}
