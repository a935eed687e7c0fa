// Queues and exchanges of RabbitMQ that an attack names, which are made, or looked into: what is published to an exchange that is not there is refused,
// and so it may be by a client where no queue takes it.
import type { ChannelModel } from "amqplib";
import { splitAt } from "./amqp-routing.ts";
import type { Management } from "./rabbitmq-management.ts";
import { NotTaken, quoted } from "./tap.ts";

const MOST_BYTES = 255;
/** Somebody has made one, with other settings. */
const IS_THERE = 406;
const IS_NOT_THERE = 404;

export interface Places {
  readonly queue: string;
  /** To be made as well: it hands on whatever it is given. */
  readonly ownExchange?: string;
  /** That is there: the queue is bound to it. */
  readonly bound?: { readonly exchange: string; readonly routingKey: string };
}

/** An exchange takes nothing that no queue takes, so that one is made behind it. */
export function placesOf(destination: string, form: string, exchanges: ReadonlyMap<string, string>): Places {
  if (form === "exchange") return { queue: `${destination}-behind`, ownExchange: destination };
  const [exchange, routingKey] = splitAt(destination);
  return exchanges.has(exchange) && exchange !== "" ? { queue: routingKey, bound: { exchange, routingKey } } : { queue: destination };
}

/** On a channel of its own, which a refusal ends. Resolves with a command that does the same. @throws {NotTaken} */
export async function makePlace(
  connection: ChannelModel,
  management: Management,
  vhost: string,
  { queue, ownExchange, bound }: Places,
): Promise<string> {
  if (Buffer.byteLength(queue) > MOST_BYTES || queue.startsWith("amq.")) throw new NotTaken(`no queue can be called ${queue}`);
  const channel = await connection.createChannel();
  channel.on("error", () => undefined);
  try {
    if (ownExchange !== undefined) await channel.assertExchange(ownExchange, "fanout");
    await channel.assertQueue(queue);
    if (ownExchange !== undefined) await channel.bindQueue(queue, ownExchange, "");
    if (bound !== undefined) await channel.bindQueue(queue, bound.exchange, bound.routingKey);
    await channel.close();
  } catch (error) {
    if ((error as { readonly code?: number }).code !== IS_THERE) throw error;
  }
  const [kind, name, given] = ownExchange === undefined ? ["queues", queue, {}] : ["exchanges", ownExchange, { type: "fanout" }];
  const path = `${kind}/${encodeURIComponent(vhost)}/${encodeURIComponent(name)}`;
  const what = ["-X PUT -H 'content-type: application/json' -d", quoted(JSON.stringify(given))];
  return ["curl -u", quoted(management.login), ...what, quoted(management.addressOf(path))].join(" ");
}

/** What a queue holds that is out with nobody, on a channel of its own, which one that is not there ends. */
export async function heldIn(connection: ChannelModel, queue: string): Promise<number> {
  const channel = await connection.createChannel();
  channel.on("error", () => undefined);
  try {
    const { messageCount } = await channel.checkQueue(queue);
    await channel.close();
    return messageCount;
  } catch (error) {
    if ((error as { readonly code?: number }).code === IS_NOT_THERE) return 0;
    throw error;
  }
}
