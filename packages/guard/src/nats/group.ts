// The durable consumer of a group: what it must be set to, so that it is never NATS that ends a message.
import { SallyportError } from "../errors.ts";
import { isForbidden, isUnknown } from "./failure.ts";
import { nanos, type NatsLink } from "./link.ts";

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
}

export interface ConsumerInfo {
  readonly config: ConsumerConfig;
  readonly delivered: { readonly stream_seq: number };
  readonly ack_floor: { readonly stream_seq: number };
  readonly num_ack_pending: number;
  readonly num_waiting: number;
}

const UNKNOWN_CONSUMER = 10014;

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

/** @throws {SallyportError} `ERR_CONFIG_CAPABILITY` for a consumer that would drop, filter or acknowledge by itself. */
export function refuseUnfitConsumer(
  config: ConsumerConfig,
  of: { readonly stream: string; readonly consumer: string; readonly ackWaitMs: number; readonly filter?: string },
): void {
  const { stream, consumer, ackWaitMs, filter: wanted } = of;
  const anew = `Run: nats consumer rm ${stream} ${consumer}; it is created anew, and what is kept comes again.`;
  const edit = (flag: string): string => `Run: nats consumer edit ${stream} ${consumer} ${flag}`;
  const unless = (holds: boolean, what: string, remedy: string): void => {
    if (holds) return;
    throw new SallyportError("ERR_CONFIG_CAPABILITY", what, { place: `the consumer ${consumer} of the stream ${stream}`, remedy });
  };
  unless(config.ack_policy === "explicit", `with ack policy "${config.ack_policy}" it settles what nobody has settled`, anew);
  unless(config.deliver_policy === "all", `with deliver policy "${config.deliver_policy}" it passes over what came before`, anew);
  unless(config.replay_policy === "instant", "it delivers as slowly as messages came", anew);
  unless(config.deliver_subject === undefined, "it pushes, and nothing bounds what is out", anew);
  const filters = [config.filter_subject ?? "", ...(config.filter_subjects ?? [])].filter((filter) => filter !== "");
  unless(filters.length === (wanted === undefined ? 0 : 1) && filters[0] === wanted, "it leaves out what its filter does not name", anew);
  unless(config.headers_only !== true, "it delivers headers alone", anew);
  unless((config.inactive_threshold ?? 0) === 0, "it is removed, with all it knows, when nobody asks for a while", anew);
  unless((config.backoff ?? []).length === 0, "its backoff takes the place of ack_wait", anew);
  // It would end a message without a dead letter, and none of its attempts would be ours (PSN-14).
  unless(config.max_deliver === -1, `after ${config.max_deliver} deliveries it drops a message`, edit("--max-deliver=-1"));
  unless(config.max_ack_pending === -1, `with ${config.max_ack_pending} out or delayed it delivers nothing`, edit("--max-pending=-1"));
  unless(config.ack_wait === nanos(ackWaitMs), `its ack_wait is not reclaimAfterMs`, edit(`--wait=${ackWaitMs}ms`));
}
