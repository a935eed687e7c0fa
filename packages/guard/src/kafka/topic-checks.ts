// What a topic must be set to, or a promise would be broken later and without a word. Each refusal says what mends it.
import { SallyportError } from "../errors.ts";
import type { TopicFacts } from "./link.ts";
import { HEADERS_BYTES } from "./retry-record.ts";

export interface TopicNeeds {
  readonly minInSyncReplicas: number;
  /** Nothing may be removed sooner. */
  readonly retentionMs: number | undefined;
  readonly vouchesEnqueueTime: boolean;
  readonly reads: readonly string[];
}

const create = (topic: string, settings: readonly string[]): string =>
  `Run: kafka-topics.sh --create --topic ${topic} --partitions … --replication-factor …${settings.map((one) => ` --config ${one}`).join("")}`;
const alter = (topic: string, setting: string): string =>
  `Run: kafka-configs.sh --alter --entity-type topics --entity-name ${topic} --add-config ${setting}`;

const refuse = (topic: string, what: string, remedy: string): never => {
  throw new SallyportError("ERR_CONFIG_CAPABILITY", `the topic ${topic} ${what}`, { place: "the Kafka transport's topics", remedy });
};

/** What a topic for `needs` is created with; the retry topics take what the source takes, and more. */
export function settingsFor(
  { minInSyncReplicas, retentionMs, vouchesEnqueueTime, reads }: TopicNeeds,
  maxBytes?: number,
): readonly string[] {
  return [
    `cleanup.policy=delete`,
    `min.insync.replicas=${minInSyncReplicas}`,
    `unclean.leader.election.enable=false`,
    `retention.ms=${retentionMs ?? -1}`,
    ...(vouchesEnqueueTime ? ["message.timestamp.type=LogAppendTime"] : []),
    ...(reads.includes("zstd") ? [] : ["compression.type=gzip"]),
    ...(maxBytes === undefined ? [] : [`max.message.bytes=${maxBytes}`]),
  ];
}

/** @throws {SallyportError} `ERR_CONFIG_CAPABILITY`. Nothing here creates a topic, nor leaves it to the broker to. */
export function refuseUnfitTopic(
  topic: string,
  facts: TopicFacts | undefined,
  needs: TopicNeeds,
  maxBytes?: number,
): asserts facts is TopicFacts {
  if (facts === undefined) return refuse(topic, "is not there, or this user may not see it", create(topic, settingsFor(needs, maxBytes)));
  const { config, replicas } = facts;
  const is = (name: string): string => config.get(name) ?? "";
  if (is("cleanup.policy") !== "delete")
    refuse(
      topic,
      `is compacted (cleanup.policy=${is("cleanup.policy")}): of a key it keeps the last message alone`,
      alter(topic, "cleanup.policy=delete"),
    );
  const inSync = Number(is("min.insync.replicas"));
  if (!(inSync >= needs.minInSyncReplicas)) {
    const setting = `min.insync.replicas=${needs.minInSyncReplicas}`;
    refuse(
      topic,
      `confirms what ${inSync} of its replicas have, where ${needs.minInSyncReplicas} are asked for`,
      `${alter(topic, setting)}; or say minInSyncReplicas: ${inSync} of this transport, if what was confirmed may be lost with that many machines`,
    );
  }
  if (inSync > replicas)
    refuse(
      topic,
      `has ${replicas} replicas and wants ${inSync} in sync: it takes nothing`,
      alter(topic, `min.insync.replicas=${replicas}`),
    );
  if (is("unclean.leader.election.enable") !== "false")
    refuse(
      topic,
      "may lose what was confirmed: unclean.leader.election.enable is on",
      alter(topic, "unclean.leader.election.enable=false"),
    );
  refuseRetention(topic, is, needs.retentionMs);
  if (needs.vouchesEnqueueTime && is("message.timestamp.type") !== "LogAppendTime")
    refuse(
      topic,
      `has the times that producers choose (message.timestamp.type=${is("message.timestamp.type")})`,
      `${alter(topic, "message.timestamp.type=LogAppendTime")}; or leave vouchesEnqueueTime out`,
    );
  if (!needs.reads.includes(is("compression.type")) && !(is("compression.type") === "producer" && needs.reads.includes("producer")))
    refuse(
      topic,
      `may hold what this client cannot read (compression.type=${is("compression.type")})`,
      alter(topic, "compression.type=gzip"),
    );
  if (maxBytes !== undefined && Number(is("max.message.bytes")) < maxBytes)
    refuse(topic, "takes less than the topic that its messages come from", alter(topic, `max.message.bytes=${maxBytes}`));
}

function refuseRetention(topic: string, is: (name: string) => string, retentionMs: number | undefined): void {
  const keptMs = Number(is("retention.ms"));
  if (keptMs !== -1 && keptMs < (retentionMs ?? Infinity))
    refuse(
      topic,
      `removes messages after ${keptMs} ms, handled or not, and the transport says ${retentionMs ?? "never"}`,
      `${alter(topic, `retention.ms=${retentionMs ?? -1}`)}; or say retentionMs: ${keptMs} of this transport`,
    );
  if (Number(is("retention.bytes")) !== -1)
    refuse(topic, "removes messages when there are many, handled or not", alter(topic, "retention.bytes=-1"));
}

/** What a retry topic must take, so that whatever the source took can wait. */
export const retryBytes = ({ config }: TopicFacts): number => Number(config.get("max.message.bytes")) + HEADERS_BYTES;
