// Amazon SQS: a queue for each destination and group, since a queue has one group of readers. What is taken and not
// settled is invisible for a while, and comes again. Queues are made by whoever runs them, never here (DST-09).
import { isSallyportError, SallyportError } from "../errors.ts";
import { type Clock, systemClock } from "../ports/clock.ts";
import type { Capabilities, Delivery, OutgoingMessage, ReceiveOptions, Subscription, Transport } from "../ports/transport.ts";
import { bodyOf, sizeOf } from "../sqs/body.ts";
import type { SqsClient } from "../sqs/client.ts";
import { tooLarge } from "../sqs/failure.ts";
import { deduplicationIdOf, messageGroupOf, queueNameOf, refusePrefix } from "../sqs/names.ts";
import { openQueue, queueFaults } from "../sqs/open-queue.ts";
import { type Asking, type Queue, refuseUnfit } from "../sqs/queue.ts";
import type { QueueFault, QueueNeeds } from "../sqs/queue-faults.ts";
import { SqsMember } from "./sqs-member.ts";

export type { SqsClient } from "../sqs/client.ts";
export { queueNameOf } from "../sqs/names.ts";
export type { QueueFault } from "../sqs/queue-faults.ts";

export interface SqsOptions {
  /**
   * All groups that read a destination, alike wherever it is published and consumed: each has a queue of its own, and a
   * message is sent to all of them. A group that is not listed cannot receive.
   */
  readonly groups: readonly string[] | ((destination: string) => readonly string[]);
  /** FIFO queues, which order by key; else standard ones, which do not. Default false. */
  readonly fifo?: boolean;
  /** Before every queue's name: `prefix__destination__group`. Default `sallyport`. */
  readonly prefix?: string;
  /** At least the queues' MessageRetentionPeriod; a queue that keeps messages for longer is refused. Default four days, as SQS's. */
  readonly retentionMs?: number;
  /**
   * A member that is not heard of for so long loses its deliveries to others. Whole seconds, up to twelve hours; default
   * 45 s. Keep it above the consumers' `leaseMs`.
   */
  readonly visibilityMs?: number;
  /** How long one request waits for messages. Whole seconds, up to 20 s, which is the default. */
  readonly waitMs?: number;
  /** A queue with a redrive policy that allows fewer receives is refused. Above all attempts that consumers may make. Default 100. */
  readonly leastReceives?: number;
  /** After this without an answer SQS is said to be unavailable. Default 10 s. */
  readonly answerWithinMs?: number;
  /** For waiting, and to tell how much of the twelve hours is left. */
  readonly clock?: Clock;
}

const DAY_MS = 86_400_000;
const LONGEST_MS = { visibilityMs: 43_200_000, waitMs: 20_000, retentionMs: 14 * DAY_MS };

export class SqsTransport implements Transport {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly #asking: Asking;
  readonly #options: Required<Omit<SqsOptions, "answerWithinMs" | "clock">>;
  readonly #queues = new Map<string, Promise<Queue>>();
  readonly #members = new Set<SqsMember>();

  /**
   * @param client `new SQS({ region })` of @aws-sdk/client-sqs. It stays yours to destroy.
   * @throws {SallyportError} `ERR_CONFIG_INVALID` for a client or an option that cannot be used.
   */
  constructor(client: SqsClient, options: SqsOptions) {
    const { answerWithinMs = 10_000, clock = systemClock, fifo = false, retentionMs = 4 * DAY_MS } = options;
    const { prefix = "sallyport", visibilityMs = 45_000, waitMs = 20_000, leastReceives = 100, groups } = options;
    refuseUnfit(client);
    refusePrefix(prefix);
    refuseNoSeconds("visibilityMs", visibilityMs, 1000);
    refuseNoSeconds("waitMs", waitMs, 0);
    refuseNoSeconds("retentionMs", retentionMs, 60_000);
    if (typeof groups !== "function") refuseNoGroups(groups);
    this.#asking = { client, clock, answerWithinMs };
    this.#options = { groups, fifo, prefix, visibilityMs, waitMs, retentionMs, leastReceives };
    this.name = fifo ? "sqs-fifo" : "sqs";
    this.capabilities = {
      acknowledges: true,
      delayedRetry: true,
      // SentTimestamp is SQS's own, and no request has a field for it.
      vouchesEnqueueTime: true,
      ordersByKey: fifo,
      persists: true,
      retentionMs,
    };
  }

  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    const sent = await Promise.all(messages.map((message) => this.#prepare(message)));
    const results = await Promise.allSettled(sent.flat().map((send) => send()));
    const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
    if (failures.length === 0) return;
    const unsure = failures.find((reason) => !(isSallyportError(reason) && reason.code === "ERR_TRANSPORT_REFUSED"));
    if (unsure !== undefined) throw unsure;
    if (failures.length === results.length) throw failures[0];
    // Of a batch of which some were taken it cannot be said that nothing was published.
    throw new SallyportError("ERR_TRANSPORT_UNAVAILABLE", "SQS took some of the messages and refused others", {
      remedy: "See the cause.",
      cause: failures[0],
    });
  }

  async receive(options: ReceiveOptions, onDeliveries: (deliveries: readonly Delivery[]) => void): Promise<Subscription> {
    const { destination, group, ordering } = options;
    const { fifo, visibilityMs, waitMs } = this.#options;
    if (ordering === "key" && !fifo) {
      throw new SallyportError("ERR_CONFIG_CAPABILITY", "standard queues keep no order", {
        place: `destination ${destination}`,
        remedy: "Give the transport fifo: true, and make its queues FIFO (PSN-09).",
      });
    }
    if (!this.#groupsOf(destination).includes(group)) {
      throw new SallyportError("ERR_CONFIG_INVALID", `nothing is sent to the group "${group}"`, {
        place: "the SQS transport's groups",
        remedy: "List it, wherever the destination is published and consumed.",
      });
    }
    const queue = await this.#queue(destination, group);
    const onClose = (closed: SqsMember): void => void this.#members.delete(closed);
    const member = new SqsMember({ queue, clock: this.#asking.clock, visibilityMs, waitMs, onClose }, options, onDeliveries);
    this.#members.add(member);
    member.start();
    return member;
  }

  /**
   * All that is wrong with a group's queue; nothing is changed.
   * @throws {SallyportError} `ERR_TRANSPORT_*` when it could not be looked at, or is not there.
   */
  faults(
    destination: string,
    { group, ...needs }: { readonly group: string } & Pick<QueueNeeds, "leastRetentionMs" | "maxBytes">,
  ): Promise<readonly QueueFault[]> {
    const { prefix, fifo, retentionMs, leastReceives } = this.#options;
    return queueFaults(this.#asking, queueNameOf(prefix, destination, group, fifo), { retentionMs, leastReceives, ...needs });
  }

  /** The client stays as it is: it is the user's to destroy. */
  async close(): Promise<void> {
    await Promise.all([...this.#members].map((member) => member.close()));
  }

  /** Nothing is sent before all queues are known to be there and to take it. */
  async #prepare({ id, destination, key, bytes }: OutgoingMessage): Promise<readonly (() => Promise<void>)[]> {
    const body = bodyOf(bytes);
    const size = sizeOf(body);
    const queues = await Promise.all(this.#groupsOf(destination).map((group) => this.#queue(destination, group)));
    const least = Math.min(...queues.map(({ mostBytes }) => mostBytes));
    if (size > least) throw tooLarge(size, least);
    const deduplicationId = this.#options.fifo ? deduplicationIdOf(id, bytes) : "";
    const ordered = this.#options.fifo && {
      MessageDeduplicationId: deduplicationId,
      MessageGroupId: messageGroupOf(key, deduplicationId),
    };
    return queues.map((queue) => () => queue.send({ ...body, ...ordered }, size));
  }

  #groupsOf(destination: string): readonly string[] {
    const { groups } = this.#options;
    return typeof groups === "function" ? refuseNoGroups(groups(destination)) : groups;
  }

  #queue(destination: string, group: string): Promise<Queue> {
    const { prefix, fifo, retentionMs, leastReceives } = this.#options;
    const name = queueNameOf(prefix, destination, group, fifo);
    let opening = this.#queues.get(name);
    if (opening === undefined) {
      opening = openQueue(this.#asking, name, fifo, { retentionMs, leastReceives });
      this.#queues.set(name, opening);
      opening.catch(() => this.#queues.delete(name));
    }
    return opening;
  }
}

function refuseNoGroups(groups: readonly string[]): readonly string[] {
  if (groups.length > 0 && new Set(groups).size === groups.length) return groups;
  throw new SallyportError("ERR_CONFIG_INVALID", "no groups are listed, or one of them twice", {
    place: "the SQS transport's groups",
    remedy: "List every group that reads the destination, once.",
  });
}

function refuseNoSeconds(name: keyof typeof LONGEST_MS, ms: number, least: number): void {
  if (Number.isInteger(ms / 1000) && ms >= least && ms <= LONGEST_MS[name]) return;
  throw new SallyportError("ERR_CONFIG_INVALID", `${name} is no number of whole seconds that SQS takes`, {
    place: "the SQS transport's options",
    remedy: `Give a multiple of 1000 from ${least} to ${LONGEST_MS[name]}.`,
  });
}
