// What is asked of SQS over HTTP, in both of its protocols: JSON, and forms with an answer in XML.
import type { IncomingHttpHeaders } from "node:http";

export interface Sending {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of a FIFO queue. */
  readonly group: string | undefined;
  /** Within a batch. */
  readonly id: string | undefined;
}

export interface Asked {
  readonly action: string;
  readonly queue: string;
  readonly sendings: readonly Sending[];
}

interface Entry {
  readonly Id?: string;
  readonly MessageBody?: string;
  readonly MessageGroupId?: string;
  readonly MessageAttributes?: Readonly<Record<string, { readonly StringValue?: string; readonly BinaryValue?: string }>>;
}

interface Given extends Entry {
  readonly QueueUrl?: string;
  readonly Entries?: readonly Entry[];
}

export function askedIn(headers: IncomingHttpHeaders, path: string, body: string): Asked {
  const target = headers["x-amz-target"];
  const action = typeof target === "string" ? target.split(".").at(-1)! : (new URLSearchParams(body).get("Action") ?? "");
  const given = typeof target === "string" ? fromJson(body) : fromForm(new URLSearchParams(body));
  const entries = action === "SendMessage" ? [given] : action === "SendMessageBatch" ? (given.Entries ?? []) : [];
  return { action, queue: queueOf(given.QueueUrl ?? path), sendings: entries.map(sendingOf) };
}

/** Ids of a batch's entries that were not taken. */
export function refusedIn(answer: string): ReadonlySet<string> {
  const failed = answer.startsWith("{")
    ? ((JSON.parse(answer) as { readonly Failed?: readonly { readonly Id: string }[] }).Failed ?? []).map(({ Id }) => Id)
    : [...answer.matchAll(/<BatchResultErrorEntry>.*?<Id>([^<]*)<\/Id>/gs)].map(([, id]) => id!);
  return new Set(failed);
}

export const queueOf = (url: string): string => url.split("?")[0]!.split("/").at(-1)!;

function sendingOf({ MessageBody = "", MessageAttributes = {}, MessageGroupId, Id }: Entry): Sending {
  const attributes = Object.entries(MessageAttributes).map(([name, { StringValue, BinaryValue }]) => [
    name,
    StringValue ?? BinaryValue ?? "",
  ]);
  return { body: MessageBody, attributes: Object.fromEntries(attributes) as Record<string, string>, group: MessageGroupId, id: Id };
}

function fromJson(body: string): Given {
  try {
    return JSON.parse(body) as Given;
  } catch {
    return {};
  }
}

const ENTRY = /^SendMessageBatchRequestEntry\.(\d+)\.(.+)$/;

function fromForm(form: URLSearchParams): Given {
  const entries = new Map<string, URLSearchParams>();
  for (const [name, value] of form) {
    const [, number, rest] = ENTRY.exec(name) ?? [];
    if (number === undefined || rest === undefined) continue;
    entries.set(number, entries.get(number) ?? new URLSearchParams());
    entries.get(number)!.set(rest, value);
  }
  const url = form.get("QueueUrl");
  return { ...entryOf(form), ...(url === null ? {} : { QueueUrl: url }), Entries: [...entries.values()].map(entryOf) };
}

function entryOf(form: URLSearchParams): Entry {
  const named = ["Id", "MessageBody", "MessageGroupId"].flatMap((name) => (form.has(name) ? [[name, form.get(name)]] : []));
  const attributes = [...form.keys()].flatMap((name) => {
    const [, number] = /^MessageAttribute\.(\d+)\.Name$/.exec(name) ?? [];
    const value =
      form.get(`MessageAttribute.${number}.Value.StringValue`) ?? form.get(`MessageAttribute.${number}.Value.BinaryValue`) ?? "";
    return number === undefined ? [] : [[form.get(name), { StringValue: value }]];
  });
  return { ...Object.fromEntries(named), MessageAttributes: Object.fromEntries(attributes) } as Entry;
}
