// What travels beside the body of a message in AMQP 0-9-1: properties that have a name there, and headers. They are shown
// as texts, and kept as they were, so that a copy of a message is the same in them.
import type { Message, Seen } from "./tap.ts";

type Properties = Readonly<Record<string, unknown>>;

/** Under which they are kept. */
const KEPT = "\0properties";
/** What can be given as a property; every other name is a header's. */
const NAMED: ReadonlySet<string> = new Set([
  "content_type",
  "content_encoding",
  "correlation_id",
  "reply_to",
  "expiration",
  "message_id",
  "type",
  "user_id",
  "app_id",
]);

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** Of the firehose's table: as headers, and what is more than a header: by which a message finds its place in a queue, and is known. */
export function besideIn(properties: Properties): Pick<Seen, "headers" | "key" | "id"> {
  const { headers = {}, delivery_mode: _, ...named } = properties;
  const shown = [...Object.entries(named), ...Object.entries(headers as object)].map(([name, value]) => [name, textOf(value)]);
  const { priority, message_id: id } = named;
  return {
    headers: { ...Object.fromEntries(shown), [KEPT]: JSON.stringify(properties) },
    key: typeof priority === "number" ? String(priority) : undefined,
    id: typeof id === "string" ? id : undefined,
  };
}

/** As they were, where they are still what was shown of them. */
export function propertiesOf({ headers: { [KEPT]: kept = '{"delivery_mode":2}', ...shown } }: Message): Properties {
  const { headers = {}, ...named } = JSON.parse(kept) as Properties;
  const before: Properties = { ...(headers as Properties), ...named };
  const now = Object.entries(shown).map(([name, text]) => [name, textOf(before[name]) === text ? before[name] : text] as const);
  const isNamed = (name: string): boolean => NAMED.has(name) || Object.hasOwn(named, name);
  return {
    ...named,
    ...Object.fromEntries(now.filter(([name]) => isNamed(name))),
    headers: Object.fromEntries(now.filter(([name]) => !isNamed(name))),
  };
}

/** The same in the client's words. */
export const publishOptions = (message: Message): object => {
  const { headers, ...named } = propertiesOf(message);
  const camelCase = (name: string): string => name.replaceAll(/_(.)/g, (_, next: string) => next.toUpperCase());
  return { headers, ...Object.fromEntries(Object.entries(named).map(([name, value]) => [camelCase(name), value])) };
};
