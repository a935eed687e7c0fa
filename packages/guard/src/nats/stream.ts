// The stream of a destination: what it must be set to, or a promise would be broken later and without a word.
import { SallyportError } from "../errors.ts";
import { isUnknown } from "./failure.ts";
import { nanos, type NatsLink } from "./link.ts";
import type { NatsNames } from "./names.ts";

export interface StreamWants {
  /** Milliseconds; `Infinity` for ever. */
  readonly retentionMs: number;
  readonly persists: boolean;
  readonly replicas: number;
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
});

/** @throws {SallyportError} `ERR_TRANSPORT_*` */
export async function streamInfo(link: NatsLink, names: NatsNames): Promise<StreamInfo | undefined> {
  try {
    return await link.api<StreamInfo>(`STREAM.INFO.${names.stream}`);
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

/** @throws {SallyportError} `ERR_CONFIG_CAPABILITY` for a stream that would lose, change or keep for too long what it has confirmed. */
export function refuseUnfitStream(config: StreamConfig, names: NatsNames, wants: StreamWants): void {
  const edit = (flag: string): string => `Run: nats stream edit ${names.stream} ${flag}`;
  const anew = `Remove it and declare it anew, see docs/adapters/nats.md: the setting of a stream that exists cannot be changed.`;
  const refuse = (what: string, remedy: string): never => {
    throw new SallyportError("ERR_CONFIG_CAPABILITY", what, { place: `the stream ${names.stream}`, remedy });
  };
  if (config.subjects?.length !== 1 || config.subjects[0] !== names.subject)
    refuse(`it does not take ${names.subject}, and that alone`, edit(`--subjects=${names.subject}`));
  if (config.mirror !== undefined || (config.sources ?? []).length > 0 || config.subject_transform !== undefined)
    refuse("it takes or changes what was sent elsewhere", "Declare a stream without mirror, sources and subject transforms.");
  if (config.no_ack === true) refuse("it confirms nothing (no_ack)", edit("--ack"));
  if (config.retention !== "limits")
    refuse(`with retention "${config.retention}" a group that comes later would never see what was confirmed before`, anew);
  if (wants.persists && config.storage !== "file")
    refuse("confirmed messages would be lost with the server's process", `${anew} Or say persists: false, if they may be lost.`);
  if (config.discard !== "new" && (config.max_msgs > 0 || config.max_bytes > 0))
    refuse("when it is full it drops what nobody has settled yet", edit("--discard=new"));
  if (config.max_msgs_per_subject > 0 && !(config.discard === "new" && config.discard_new_per_subject === true))
    refuse("it drops the oldest message of its subject for each new one", edit("--max-msgs-per-subject=-1"));
  refuseAge(config, wants, refuse, edit);
  if (config.num_replicas < wants.replicas) refuse(`it has ${config.num_replicas} replicas`, edit(`--replicas=${wants.replicas}`));
}

type Refuse = (what: string, remedy: string) => never;

function refuseAge(config: StreamConfig, { retentionMs }: StreamWants, refuse: Refuse, edit: (flag: string) => string): void {
  // Whoever publishes could keep a message for longer than ids are remembered (REP-08).
  if (config.allow_msg_ttl === true) refuse("publishers say how long it keeps a message (allow_msg_ttl)", "Declare a stream without it.");
  const wanted = retentionMs === Infinity ? 0 : nanos(retentionMs);
  if (Math.max(0, config.max_age) === wanted) return;
  const kept = config.max_age > 0 ? `${config.max_age / 1e6} ms` : "ever";
  refuse(
    `it keeps messages for ${kept}, and the transport's retentionMs says ${retentionMs === Infinity ? "for ever" : `${retentionMs} ms`}`,
    `${edit(`--max-age=${wanted / 1e6}ms`)}; or say so in retentionMs.`,
  );
}
