// What RabbitMQ's refusals mean to whoever sends and receives, and what is to be done about them.
import { type ErrorCode, SallyportError } from "../errors.ts";

interface Meaning {
  readonly code: ErrorCode;
  readonly why: string;
  readonly remedy: string;
}

const REFUSED = { code: "ERR_TRANSPORT_REFUSED" } as const;
const UNAVAILABLE = { code: "ERR_TRANSPORT_UNAVAILABLE" } as const;
const OF_BROKER = { code: "ERR_CONFIG_CAPABILITY" } as const;

const CANCELLED = "what it delivered from has ended";

/** By the first that is found in what the broker says. */
const MEANINGS: readonly (readonly [RegExp, Meaning])[] = [
  [
    /PRECONDITION_FAILED - inequivalent arg/,
    {
      ...OF_BROKER,
      why: "it was declared before, and otherwise",
      remedy: "See the cause for its name. Let it run empty, then run: rabbitmqctl delete_queue NAME; it is declared anew.",
    },
  ],
  [
    /PRECONDITION_FAILED - invalid arg|feature flag/,
    {
      ...OF_BROKER,
      why: "it cannot declare such a queue",
      remedy: "Use RabbitMQ 3.10 or later, and run: rabbitmqctl enable_feature_flag all",
    },
  ],
  [
    /larger than configured max size/,
    { ...REFUSED, why: "the message is larger than it takes", remedy: "Raise max_message_size, or lower the event's bounds." },
  ],
  [
    /PRECONDITION_FAILED - .*ack.* timed out/i,
    {
      ...UNAVAILABLE,
      why: "a delivery was out for longer than it waits",
      remedy: "Raise consumer_timeout above the longest handler; what was out is delivered again.",
    },
  ],
  [
    /ACCESS_REFUSED/,
    {
      ...REFUSED,
      why: "this user may not do it",
      remedy: "Give the user the rights that docs/adapters/rabbitmq.md lists, then connect anew.",
    },
  ],
  [
    /NOT_FOUND/,
    {
      ...REFUSED,
      why: "the destination is not declared",
      remedy: "Start a consumer that may declare it, or declare it as docs/adapters/rabbitmq.md says.",
    },
  ],
  [
    /CONNECTION_FORCED|the channel was closed/,
    {
      ...UNAVAILABLE,
      why: "the connection, or the channel on it, has ended",
      remedy: "It is made anew by itself; see whether the server runs, and its log.",
    },
  ],
  [/cancelled by server|ended what was consumed/, { ...UNAVAILABLE, why: CANCELLED, remedy: "See who deletes queues." }],
];

const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

function meaningOf(cause: unknown): Meaning | undefined {
  const text = textOf(cause);
  return MEANINGS.find(([pattern]) => pattern.test(text))?.[1];
}

export const isMissing = (cause: unknown): boolean => /NOT_FOUND/.test(textOf(cause));
export const isOtherwise = (cause: unknown): boolean => /PRECONDITION_FAILED/.test(textOf(cause));
export const isForbidden = (cause: unknown): boolean => /ACCESS_REFUSED/.test(textOf(cause));

export function transportError(cause: unknown): SallyportError {
  if (cause instanceof SallyportError) return cause;
  const meaning = meaningOf(cause);
  const because = meaning === undefined ? "" : `: ${meaning.why}`;
  return new SallyportError(meaning?.code ?? "ERR_TRANSPORT_UNAVAILABLE", `RabbitMQ did not do what was asked${because}`, {
    remedy: meaning?.remedy ?? "See the cause.",
    cause,
  });
}

/** What of this the broker refused: its size, or where it was to go. `undefined` when it refused what was under way beside it. */
export function refusalOf(cause: unknown, exchange: string, bytes: number): "size" | "exchange" | undefined {
  const text = textOf(cause);
  const mostBytes = /larger than configured max size (\d+)/.exec(text)?.[1];
  if (mostBytes !== undefined) return bytes > Number(mostBytes) ? "size" : undefined;
  return /NOT_FOUND|ACCESS_REFUSED/.test(text) && text.includes(`'${exchange}'`) ? "exchange" : undefined;
}

export const unknown = (cause: unknown): SallyportError =>
  new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "RabbitMQ closed the channel before it had answered", {
    remedy: "See the cause.",
    cause,
  });

export const unanswered = (ms: number): SallyportError =>
  new SallyportError("ERR_TRANSPORT_UNAVAILABLE", `RabbitMQ did not answer within ${ms} ms`, {
    remedy: "See whether the server runs, can be reached from here and knows this user and password.",
  });

export const blocked = (why: string): SallyportError =>
  new SallyportError("ERR_TRANSPORT_UNAVAILABLE", `RabbitMQ takes no messages for now (${why})`, {
    remedy: "Give the server memory or disk; publishing goes on by itself.",
  });

export const returned = (exchange: string): SallyportError =>
  new SallyportError("ERR_TRANSPORT_REFUSED", `no queue is bound to ${exchange}, so that the message would be lost`, {
    remedy: "Start a consumer, or declare the queues of its groups as docs/adapters/rabbitmq.md says.",
  });

export const refusedBySome = (exchange: string): SallyportError =>
  new SallyportError("ERR_TRANSPORT_UNAVAILABLE", `a queue that is bound to ${exchange} did not take the message`, {
    remedy: "See whether a policy bounds its length, and whether most of its replicas run. Other groups may have the message.",
  });
