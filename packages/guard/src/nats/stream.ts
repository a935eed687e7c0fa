// The stream of a destination: what it must be set to, or a promise would be broken later and without a word.
import { isUnknown } from "./failure.ts";
import { nanos, type NatsLink } from "./link.ts";
import type { NatsNames } from "./names.ts";
import { type Unfit, unfitOf } from "./unfit.ts";

export interface StreamWants {
  /** Milliseconds; `Infinity` for ever. */
  readonly retentionMs: number;
  readonly persists: boolean;
  readonly replicas: number;
  /** Of one message, the most that it must take. */
  readonly maxBytes?: number;
}

/** As the server says it. Times are nanoseconds; below 1 there is no limit. */
export interface StreamConfig {
  readonly name: string;
  readonly subjects?: readonly string[];
  readonly retention: string;
  readonly storage: string;
  readonly discard: string;
  readonly discard_new_per_subject?: boolean;
  readonly max_age: number;
  readonly max_msgs: number;
  readonly max_bytes: number;
  readonly max_msgs_per_subject: number;
  readonly num_replicas: number;
  readonly no_ack?: boolean;
  readonly mirror?: unknown;
  readonly sources?: readonly unknown[];
  readonly subject_transform?: unknown;
  readonly allow_msg_ttl?: boolean;
  readonly allow_rollup_hdrs?: boolean;
  readonly max_msg_size?: number;
}

export interface StreamInfo {
  readonly config: StreamConfig;
  readonly state: { readonly messages: number; readonly first_seq: number; readonly last_seq: number };
}

export const UNKNOWN_STREAM = 10059;
const EXISTS_OTHERWISE = 10058;

/** What it is created with. */
export const streamConfigOf = ({ stream, subject }: NatsNames, wants: StreamWants): object => ({
  name: stream,
  subjects: [subject],
  retention: "limits",
  storage: wants.persists ? "file" : "memory",
  discard: "new",
  max_age: wants.retentionMs === Infinity ? 0 : nanos(wants.retentionMs),
  max_msgs: -1,
  max_bytes: -1,
  max_msgs_per_subject: -1,
  num_replicas: wants.replicas,
  // Of no use to us, and no longer than a message is kept.
  duplicate_window: nanos(Math.min(120_000, wants.retentionMs)),
});

/** @throws {SallyportError} `ERR_TRANSPORT_*` */
export async function streamInfo(link: NatsLink, { stream }: { readonly stream: string }): Promise<StreamInfo | undefined> {
  try {
    return await link.api<StreamInfo>(`STREAM.INFO.${stream}`);
  } catch (error) {
    if (isUnknown(error, UNKNOWN_STREAM)) return undefined;
    throw error;
  }
}

/** Creates it where there is none. What there is, is left as it is. */
export async function declareStream(link: NatsLink, stream: string, config: object): Promise<void> {
  try {
    await link.api(`STREAM.CREATE.${stream}`, config);
  } catch (error) {
    if (!isUnknown(error, EXISTS_OTHERWISE)) throw error;
  }
}

/** Nothing comes into it but by its own subjects. */
export const isOfItself = ({ mirror, sources = [], subject_transform: transform }: StreamConfig): boolean =>
  mirror === undefined && sources.length === 0 && transform === undefined;

/** All that would lose, change or keep for too long what the stream has confirmed. */
export function unfitStream(config: StreamConfig, { stream, subject }: NatsNames, wants: StreamWants): readonly Unfit[] {
  const edit = (flag: string): string => `nats stream edit ${stream} ${flag}`;
  const anew = `nats stream rm ${stream}, which removes what it holds, and declare it anew: this setting cannot be changed`;
  const { subjects, retention, storage, max_msgs_per_subject: perSubject, max_msg_size: mostBytes = -1 } = config;
  const wanted = wants.retentionMs === Infinity ? 0 : nanos(wants.retentionMs);
  const dropsNewest = config.discard === "new";
  return unfitOf(`the stream ${stream}`, [
    [
      subjects?.length === 1 && subjects[0] === subject,
      `it does not take ${subject}, and that alone`,
      "what is published there is refused, or what was sent elsewhere is found here (DST-04)",
      edit(`--subjects=${subject}`),
    ],
    [
      isOfItself(config),
      "it takes from other streams, or changes subjects",
      "what was sent elsewhere is found here, with another's time (DST-04, REP-09)",
      "Declare a stream without mirror, sources and subject transform",
    ],
    [config.no_ack !== true, "no_ack is set", "nothing that is published is confirmed (PUB-11)", edit("--ack")],
    [
      retention === "limits",
      `its retention is ${retention}`,
      "a group that comes later never sees what was confirmed before (PUB-11)",
      anew,
    ],
    [
      !wants.persists || storage === "file",
      `its storage is ${storage}`,
      "confirmed messages are lost with the server's process (PUB-11)",
      `${anew}; or say persists: false, if they may be lost`,
    ],
    [
      dropsNewest || (config.max_msgs <= 0 && config.max_bytes <= 0),
      `it has a limit, and discard is ${config.discard}`,
      "when it is full it drops what nobody has settled yet (PUB-11)",
      edit("--discard=new"),
    ],
    [
      perSubject <= 0 || (dropsNewest && config.discard_new_per_subject === true),
      `max_msgs_per_subject is ${perSubject}`,
      "each new message drops the oldest (PUB-11)",
      edit("--max-msgs-per-subject=-1"),
    ],
    [
      config.allow_msg_ttl !== true,
      "allow_msg_ttl is set",
      "who publishes says how long a message is kept, and may keep it for longer than ids are remembered (REP-08)",
      "Declare a stream without it",
    ],
    [
      config.allow_rollup_hdrs !== true,
      "allow_rollup_hdrs is set",
      "who publishes may remove all that is there, with a header (PUB-05, PUB-11)",
      edit("--no-allow-rollup"),
    ],
    [
      mostBytes < 0 || mostBytes >= (wants.maxBytes ?? 0),
      `max_msg_size is ${mostBytes}, and an event may have ${wants.maxBytes} bytes`,
      "an event that the contract lets through is refused (PUB-11)",
      edit(`--max-msg-size=${wants.maxBytes}`),
    ],
    [
      Math.max(0, config.max_age) === wanted,
      `it keeps messages for ${config.max_age > 0 ? `${config.max_age / 1e6} ms` : "ever"}, and retentionMs is ${wants.retentionMs}`,
      "less loses a backlog, and more delivers what is not remembered any more (REP-08, REP-09)",
      `${edit(`--max-age=${wanted / 1e6}ms`)}; or say so in retentionMs`,
    ],
    [
      config.num_replicas >= wants.replicas,
      `it has ${config.num_replicas} of ${wants.replicas} replicas`,
      "confirmed messages are lost with a server (PUB-11)",
      edit(`--replicas=${wants.replicas}`),
    ],
  ]);
}
