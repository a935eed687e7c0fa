// Which queue reads what in RabbitMQ, by what is bound to what. A destination is a queue, an exchange, or
// `exchange/routing key`.
import type { Seen } from "./tap.ts";

export interface Queue {
  readonly exclusive?: boolean;
  readonly name: string;
  readonly type?: string;
  readonly messages?: number;
  readonly messages_unacknowledged?: number;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly effective_policy_definition?: Readonly<Record<string, unknown>>;
}

export interface Binding {
  readonly source: string;
  readonly destination: string;
  readonly destination_type: string;
  readonly routing_key: string;
}

export interface Layout {
  readonly bindings: readonly Binding[];
  readonly exchanges: ReadonlyMap<string, string>;
}

export interface Place {
  readonly exchange: string;
  readonly routingKey: string;
}

/** What the firehose says beside the message's own bytes. */
export interface Trace {
  readonly exchange_name: string;
  readonly routing_keys: readonly string[];
  readonly properties: Readonly<Record<string, unknown>>;
  readonly connection?: string;
  readonly routed_queues?: readonly string[];
}

export const destinationOf = (exchange: string, routingKey: string): string =>
  exchange === "" ? routingKey : routingKey === "" ? exchange : `${exchange}/${routingKey}`;

/** Exchange and routing key, where it is both. */
export function splitAt(destination: string): readonly [string, string] {
  const at = destination.indexOf("/");
  return at < 0 ? ["", destination] : [destination.slice(0, at), destination.slice(at + 1)];
}

/** `*` is a word, `#` any number of them. */
function fits([first, ...rest]: readonly string[], words: readonly string[]): boolean {
  if (first === undefined) return words.length === 0;
  if (first === "#") return fits(rest, words) || (words.length > 0 && fits([first, ...rest], words.slice(1)));
  return words.length > 0 && (first === "*" || first === words[0]) && fits(rest, words.slice(1));
}

const settingOf = ({ arguments: given, effective_policy_definition: policy = {} }: Queue, name: string): string | undefined => {
  const value = given[`x-${name}`] ?? policy[name];
  return typeof value === "string" ? value : undefined;
};
export const deadLetterExchange = (queue: Queue): string | undefined => settingOf(queue, "dead-letter-exchange");

/** Where what nobody takes from this queue goes in the end: queues of delays are made so. */
export function comesBackTo(queue: Queue, { bindings, exchanges }: Layout): readonly string[] {
  const [exchange, key] = [deadLetterExchange(queue), settingOf(queue, "dead-letter-routing-key")];
  if (exchange === "") return key === undefined ? [] : [key];
  const routed = bindings.filter(
    ({ source, routing_key }) => source === exchange && (key === undefined || key === routing_key || exchanges.get(source) === "fanout"),
  );
  return routed.map(({ destination }) => destination);
}

/** A binding by pattern reads whatever was seen to fit it; one that looks at no routing key, whatever went to its exchange. */
export function readBy({ source, routing_key: bound }: Binding, type: string | undefined, seen: readonly Seen[]): readonly string[] {
  if (type === "direct" || (type === "topic" && !/[*#]/.test(bound))) return [destinationOf(source, bound)];
  const pattern = type === "topic" ? bound.split(".") : ["#"];
  const fitting = seen.filter(({ form, destination }) => {
    const [exchange, key] = destination === source ? [source, ""] : splitAt(destination);
    return form === "exchange" && exchange === source && fits(pattern, key.split("."));
  });
  return fitting.length > 0 ? fitting.map(({ destination }) => destination) : [destinationOf(source, bound)];
}
