// The durable consumer of a group: what it must be set to, so that it is never NATS that ends a message.
import { SallyportError } from "../errors.ts";
import { isForbidden, isUnknown } from "./failure.ts";
import { nanos, type NatsLink } from "./link.ts";
import { type Unfit, unfitOf } from "./unfit.ts";

export interface ConsumerConfig {
  readonly ack_policy: string;
  readonly deliver_policy: string;
  readonly replay_policy: string;
  readonly ack_wait: number;
  readonly max_deliver: number;
  readonly max_ack_pending: number;
  readonly max_waiting?: number;
  readonly deliver_subject?: string;
  readonly filter_subject?: string;
  readonly filter_subjects?: readonly string[];
  readonly headers_only?: boolean;
  readonly inactive_threshold?: number;
  readonly backoff?: readonly number[];
  readonly rate_limit_bps?: number;
  readonly max_batch?: number;
  readonly max_expires?: number;
  readonly max_bytes?: number;
  readonly priority_groups?: readonly string[];
}

export interface ConsumerInfo {
  readonly config: ConsumerConfig;
  readonly delivered: { readonly stream_seq: number };
  readonly ack_floor: { readonly stream_seq: number };
  readonly num_ack_pending: number;
  readonly num_waiting: number;
}

const UNKNOWN_CONSUMER = 10014;
/** The nats tool cannot say that there is no limit. */
const PENDING = { least: 100_000, plenty: 1_000_000 };

export const consumerConfigOf = (consumer: string, ackWaitMs: number): object => ({
  durable_name: consumer,
  ack_policy: "explicit",
  deliver_policy: "all",
  replay_policy: "instant",
  ack_wait: nanos(ackWaitMs),
  max_deliver: -1,
  max_ack_pending: -1,
});

export async function consumerInfo(link: NatsLink, stream: string, consumer: string): Promise<ConsumerInfo | undefined> {
  try {
    return await link.api<ConsumerInfo>(`CONSUMER.INFO.${stream}.${consumer}`);
  } catch (error) {
    if (isUnknown(error, UNKNOWN_CONSUMER)) return undefined;
    throw error;
  }
}

/** Looked for first: to create one that exists, with other settings, would change it. */
export async function joinGroup(link: NatsLink, stream: string, consumer: string, config: object): Promise<ConsumerInfo> {
  const found = await consumerInfo(link, stream, consumer);
  if (found !== undefined) return found;
  try {
    return await link.api<ConsumerInfo>(`CONSUMER.DURABLE.CREATE.${stream}.${consumer}`, { stream_name: stream, config });
  } catch (error) {
    if (!isForbidden(error)) throw error;
    throw new SallyportError(
      "ERR_TRANSPORT_REFUSED",
      `the stream ${stream} has no consumer ${consumer}, and this user may not create one`,
      {
        remedy: "Declare it, see docs/adapters/nats.md, or give the user the rights that are listed there.",
        cause: error,
      },
    );
  }
}

export interface ConsumerWants {
  readonly stream: string;
  readonly consumer: string;
  readonly ackWaitMs: number;
  readonly filter?: string;
}

/** All with which it would drop, filter or settle by itself. */
export function unfitConsumer(config: ConsumerConfig, { stream, consumer, ackWaitMs, filter: wanted }: ConsumerWants): readonly Unfit[] {
  const anew = `nats consumer rm ${stream} ${consumer}; it is created anew, and what is kept comes again`;
  const edit = (flag: string): string => `nats consumer edit ${stream} ${consumer} ${flag}`;
  const filters = [config.filter_subject ?? "", ...(config.filter_subjects ?? [])].filter((filter) => filter !== "");
  return unfitOf(`the consumer ${consumer} of the stream ${stream}`, [
    [config.ack_policy === "explicit", `its ack policy is ${config.ack_policy}`, "it settles what nobody has settled (PSN-11)", anew],
    [
      config.deliver_policy === "all",
      `its deliver policy is ${config.deliver_policy}`,
      "what came before it is never delivered (PSN-11)",
      anew,
    ],
    [
      config.replay_policy === "instant",
      `its replay policy is ${config.replay_policy}`,
      "it delivers as slowly as messages came (PSN-06)",
      anew,
    ],
    [config.deliver_subject === undefined, "it pushes", "nothing bounds what is out, and whoever listens takes it (PSN-11)", anew],
    [
      filters.length === (wanted === undefined ? 0 : 1) && filters[0] === wanted,
      `it filters: ${filters.join(", ")}`,
      "what is not named there is never delivered (PSN-11)",
      anew,
    ],
    [config.headers_only !== true, "headers_only is set", "what it delivers has no bytes (PSN-11)", anew],
    [
      (config.inactive_threshold ?? 0) === 0,
      "inactive_threshold is set",
      "when nobody asks for a while it is removed, and everything comes again (REP-08)",
      anew,
    ],
    [
      (config.backoff ?? []).length === 0,
      "backoff is set",
      "it takes the place of ack_wait, and gives away what is worked on (PSN-05)",
      anew,
    ],
    [
      config.max_deliver === -1,
      `max_deliver is ${config.max_deliver}`,
      "NATS drops what was delivered more often, without a dead letter (PSN-14)",
      edit("--max-deliver=-1"),
    ],
    [
      config.max_ack_pending === -1 || config.max_ack_pending >= PENDING.least,
      `max_ack_pending is ${config.max_ack_pending}`,
      "with so many out or delayed it delivers nothing more (PSN-01)",
      edit(`--max-pending=${PENDING.plenty}`),
    ],
    [
      [config.max_batch, config.max_expires, config.max_bytes].every((limit = 0) => limit <= 0) &&
        (config.priority_groups ?? []).length === 0,
      "it bounds what may be asked for at once, or asks for a priority group",
      "what a member asks for is refused, and nothing is delivered (PSN-01)",
      `nats consumer edit ${stream} ${consumer} --max-pull-batch=0 --max-pull-expire=0s --max-pull-bytes=0; or ${anew}`,
    ],
    [
      config.ack_wait === nanos(ackWaitMs),
      `ack_wait is ${config.ack_wait / 1e6} ms, and reclaimAfterMs is ${ackWaitMs}`,
      "members go by another time than the server, and lose what they work on (PSN-05)",
      edit(`--wait=${ackWaitMs}ms`),
    ],
  ]);
}
