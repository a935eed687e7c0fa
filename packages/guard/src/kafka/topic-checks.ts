// What a topic must be set to, or a promise would be broken later and without a word. Each fault says what mends it.
import { SallyportError } from "../errors.ts";
import type { TopicFacts } from "./link.ts";
import { HEADERS_BYTES } from "./retry-record.ts";

export interface TopicNeeds {
  readonly minInSyncReplicas: number;
  /** Nothing may be removed sooner; `undefined`: never. */
  readonly retentionMs: number | undefined;
  readonly vouchesEnqueueTime: boolean;
  /** Values of `compression.type` with which the client can read whatever is there. */
  readonly reads: readonly string[];
  /** Of one message with all that is around it, the most that it must take. */
  readonly maxBytes?: number;
}

export interface TopicFault {
  /** Of a closed list. */
  readonly check: string;
  /** After "the topic X". */
  readonly what: string;
  /** What would happen, with the ids of the threats. */
  readonly breaks: string;
  /** A command of Kafka's own tools. */
  readonly mend: string;
  /** What may be said of the transport in its place. */
  readonly or?: string;
}

/** What a topic for `needs` is created with. */
export function topicSettings({
  minInSyncReplicas,
  retentionMs,
  vouchesEnqueueTime,
  reads,
  maxBytes,
}: TopicNeeds): Readonly<Record<string, string>> {
  return {
    "cleanup.policy": "delete",
    "min.insync.replicas": String(minInSyncReplicas),
    "unclean.leader.election.enable": "false",
    "retention.ms": String(retentionMs ?? -1),
    ...(vouchesEnqueueTime && { "message.timestamp.type": "LogAppendTime" }),
    ...(!reads.includes("producer") && { "compression.type": "gzip" }),
    ...(maxBytes !== undefined && { "max.message.bytes": String(Math.max(maxBytes, DEFAULT_MAX_BYTES)) }),
  };
}

/** `max.message.bytes` as Kafka has it by default. */
const DEFAULT_MAX_BYTES = 1_048_588;

export function createCommand(topic: string, needs: TopicNeeds, replicas: number): string {
  const settings = Object.entries(topicSettings(needs)).map(([name, value]) => ` --config ${name}=${value}`);
  return `kafka-topics.sh --create --topic ${topic} --partitions 12 --replication-factor ${replicas}${settings.join("")}`;
}

const alter = (topic: string, setting: string): string =>
  `kafka-configs.sh --alter --entity-type topics --entity-name ${topic} --add-config ${setting}`;

/** All of them. Nothing here creates a topic, nor leaves it to the broker to. */
export function topicFaults(topic: string, facts: TopicFacts | undefined, needs: TopicNeeds): readonly TopicFault[] {
  if (facts === undefined) {
    const mend = createCommand(topic, needs, Math.max(needs.minInSyncReplicas, needs.minInSyncReplicas === 1 ? 1 : 3));
    return [{ check: "topic", what: "is not there, or this user may not see it", breaks: "nothing can be published or consumed", mend }];
  }
  const is = (name: string): string => facts.config.get(name) ?? "";
  const found = [
    cleanup(is),
    inSync(is, facts, needs),
    unclean(is),
    retention(is, needs),
    retentionBytes(is),
    timestamp(is, needs),
    compression(is, needs),
    size(is, needs),
  ];
  return found.flatMap((fault) => (fault === undefined ? [] : [{ ...fault, mend: alter(topic, fault.set) }]));
}

/** @throws {SallyportError} `ERR_CONFIG_CAPABILITY`, of the first fault. */
export function refuseUnfitTopic(topic: string, facts: TopicFacts | undefined, needs: TopicNeeds): asserts facts is TopicFacts {
  const [fault] = topicFaults(topic, facts, needs);
  if (fault === undefined) return;
  throw new SallyportError("ERR_CONFIG_CAPABILITY", `the topic ${topic} ${fault.what}: ${fault.breaks}`, {
    place: "the Kafka transport's topics",
    remedy: `Run: ${fault.mend}${fault.or === undefined ? "" : `; or ${fault.or}`}`,
  });
}

type Setting = (name: string) => string;
type Found = (Omit<TopicFault, "mend"> & { readonly set: string }) | undefined;

const cleanup = (is: Setting): Found =>
  is("cleanup.policy") === "delete"
    ? undefined
    : {
        check: "compaction",
        what: `is compacted (cleanup.policy=${is("cleanup.policy")})`,
        breaks: "of a key the last message alone is kept, whether the others were handled or not (PSN-11)",
        set: "cleanup.policy=delete",
      };

function inSync(is: Setting, { replicas }: TopicFacts, { minInSyncReplicas }: TopicNeeds): Found {
  const has = Number(is("min.insync.replicas"));
  const base = { check: "replicas", what: `has min.insync.replicas=${has} of ${replicas} replicas` };
  if (has > replicas) return { ...base, breaks: "it takes no message", set: `min.insync.replicas=${replicas}` };
  if (has >= minInSyncReplicas) return undefined;
  return {
    ...base,
    breaks: `what was confirmed is lost with ${has === 1 ? "one machine" : `${has} machines`} (PUB-11)`,
    set: `min.insync.replicas=${minInSyncReplicas}`,
    or: `say minInSyncReplicas: ${has} of this transport, if it may be`,
  };
}

const unclean = (is: Setting): Found =>
  is("unclean.leader.election.enable") === "false"
    ? undefined
    : {
        check: "leader-election",
        what: "has unclean.leader.election.enable=true",
        breaks: "a replica that lags may lead, and what was confirmed is lost (PUB-11)",
        set: "unclean.leader.election.enable=false",
      };

function retention(is: Setting, { retentionMs }: TopicNeeds): Found {
  const keptMs = Number(is("retention.ms"));
  if (keptMs === -1 || keptMs >= (retentionMs ?? Infinity)) return undefined;
  return {
    check: "retention",
    what: `has retention.ms=${keptMs}, below ${retentionMs ?? "for ever"}`,
    breaks: "what a group that was down has not handled is removed (REP-09, PSN-11)",
    set: `retention.ms=${retentionMs ?? -1}`,
    or: `say retentionMs: ${keptMs} of this transport`,
  };
}

const retentionBytes = (is: Setting): Found =>
  Number(is("retention.bytes")) === -1
    ? undefined
    : {
        check: "retention",
        what: `has retention.bytes=${is("retention.bytes")}`,
        breaks: "a flood removes what nobody has handled (PSN-11)",
        set: "retention.bytes=-1",
      };

const timestamp = (is: Setting, { vouchesEnqueueTime }: TopicNeeds): Found =>
  !vouchesEnqueueTime || is("message.timestamp.type") === "LogAppendTime"
    ? undefined
    : {
        check: "enqueue-time",
        what: `has message.timestamp.type=${is("message.timestamp.type")}`,
        breaks: "its times are the producers' to choose, and an old message passes for fresh (REP-09)",
        set: "message.timestamp.type=LogAppendTime",
        or: "leave vouchesEnqueueTime out",
      };

const compression = (is: Setting, { reads }: TopicNeeds): Found =>
  reads.includes(is("compression.type"))
    ? undefined
    : {
        check: "compression",
        what: `has compression.type=${is("compression.type")}`,
        breaks: "one batch that this client cannot read holds up its partition for good (PSN-01)",
        set: "compression.type=gzip",
      };

function size(is: Setting, { maxBytes }: TopicNeeds): Found {
  if (maxBytes === undefined || Number(is("max.message.bytes")) >= maxBytes) return undefined;
  return {
    check: "size",
    what: `has max.message.bytes=${is("max.message.bytes")}, below ${maxBytes}`,
    breaks: "what the contract lets through, or what came and is to wait, is refused (PSN-03)",
    set: `max.message.bytes=${maxBytes}`,
  };
}

/** What a retry topic must take, so that whatever the source took can wait. */
export const retryBytes = ({ config }: TopicFacts): number => Number(config.get("max.message.bytes")) + HEADERS_BYTES;

/** Of a source that is not there, and is made as its own command says. */
export const futureRetryBytes = (source: TopicNeeds): number => Math.max(source.maxBytes ?? 0, DEFAULT_MAX_BYTES) + HEADERS_BYTES;
