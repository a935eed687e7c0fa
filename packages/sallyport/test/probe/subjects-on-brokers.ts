// The servers under attack beside other brokers: left to the model, and guarded.
import { join } from "node:path";
import type { Profile } from "../../src/probe/profile.ts";
import { BOUNDS, FAST, KEYS, NODE, PATIENT, profileOf, SERVERS, SLOW } from "./subjects.ts";

const REDIS = { ...FAST, REDIS_URL: "{broker.url}" };
const orders = (text: string) => ({ tool: "add", arguments: { text } });

export const redisWrong = (): Profile =>
  profileOf({
    name: "redis-wrong",
    server: { command: [...NODE, join(SERVERS, "redis-wrong.ts")], env: REDIS },
    worker: { command: [...NODE, join(SERVERS, "redis-worker.ts")] },
    broker: { kind: "redis" },
    messages: { honest: orders("{canary}"), fails: orders("poison {canary}") },
    effects: { file: "effects.txt" },
    bounds: { ...BOUNDS, attemptsWithinMs: 3000 },
  });

/** The guard, on any of the brokers. */
const guardedOn = (kind: string, url = "{broker.url}"): Profile =>
  profileOf({
    name: `${kind}-ours`,
    server: {
      command: [...NODE, join(SERVERS, "guarded.ts"), "serve"],
      env: { ...FAST, BROKER: kind, BROKER_URL: url, SALLYPORT_KEYS: JSON.stringify(KEYS) },
    },
    worker: { command: [...NODE, join(SERVERS, "guarded.ts"), "work"] },
    broker: { kind },
    messages: {
      honest: { tool: "note_created", arguments: { noteId: "n1", text: "{canary}" } },
      fails: { tool: "note_created", arguments: { noteId: "n1", text: "poison {canary}" } },
    },
    effects: { file: "effects.txt", done: "done", tried: "tried" },
    bounds: { ...PATIENT, ...SLOW },
  });

export const redisOurs = (): Profile => guardedOn("redis");
export const natsOurs = (): Profile => guardedOn("nats");
export const rabbitMqOurs = (): Profile => guardedOn("rabbitmq");
export const sqsOurs = (): Profile => guardedOn("sqs");
export const kafkaOurs = (): Profile => guardedOn("kafka", "{broker.bootstrap}");

const ordered = (text: string) => ({ tool: "order", arguments: { text } });

/** Everything is left to the model, and what it orders is done by a worker in the wrong manner. */
const wrongOn = (kind: string, env: Readonly<Record<string, string>>): Profile =>
  profileOf({
    name: `${kind}-wrong`,
    server: { command: [...NODE, join(SERVERS, `${kind}-wrong.ts`)], env: { ...FAST, ...env } },
    worker: { command: [...NODE, join(SERVERS, `${kind}-worker.ts`)] },
    broker: { kind },
    messages: { honest: ordered("{canary}"), fails: ordered("poison {canary}") },
    tools: { arguments: kind === "sqs" ? { publish: { queue: "audit", message: { text: "{canary}" } } } : {} },
    effects: { file: "effects.txt", done: "done", tried: "tried" },
    bounds: { ...BOUNDS, ...SLOW, attemptsWithinMs: 3000 },
  });

export const rabbitMqWrong = (): Profile => wrongOn("rabbitmq", { RABBITMQ_URL: "{broker.url}" });
export const sqsWrong = (): Profile => wrongOn("sqs", { SQS_URL: "{broker.url}" });
export const kafkaWrong = (): Profile => wrongOn("kafka", { KAFKA_BROKERS: "{broker.bootstrap}" });

export const rabbitMqArranged = (): Profile => {
  const bound = (routing_key: string) => ({ exchange: "events", queue: "mail", routing_key });
  return profileOf({
    name: "rabbitmq-arranged",
    server: {
      command: [...NODE, join(SERVERS, "rabbitmq-arranged.ts")],
      env: {
        ...FAST,
        RABBITMQ_URL: "{broker.url}",
        MANAGEMENT: "{broker.management}",
        VHOST: "{broker.vhost}",
        LOGIN: "{broker.user}:{broker.password}",
      },
    },
    broker: { kind: "rabbitmq" },
    tools: {
      arguments: {
        create_binding: bound("{canary}"),
        delete_binding: bound("spare"),
        delete_binding_never: bound("spare"),
      },
    },
    bounds: { ...BOUNDS, ...SLOW },
  });
};

/** Publishes to what is there, and makes nothing. */
export const existing = (kind: string): Profile =>
  profileOf({
    name: `${kind}-existing`,
    server: {
      command: [...NODE, join(SERVERS, "existing.ts")],
      env: { ...FAST, BROKER: kind, BROKER_URL: kind === "kafka" ? "{broker.bootstrap}" : "{broker.url}" },
    },
    broker: { kind, destinations: ["mail", "notes-acme", "room-lobby-v1"] },
    tools: {
      arguments: {
        produce: { topic: "mail", text: "{canary}" },
        note: { tenant: "acme", text: "{canary}" },
        say: { room: "Lobby", text: "{canary}" },
        whisper: { room: "Lobby", text: "{canary}" },
        closed: { topic: "mail", text: "{canary}" },
        exchanged: { exchange: "amq.fanout", text: "{canary}" },
      },
    },
    bounds: { ...BOUNDS, ...SLOW },
  });

export const natsWrong = (): Profile =>
  profileOf({
    name: "nats-wrong",
    server: { command: [...NODE, join(SERVERS, "nats-wrong.ts")], env: { ...FAST, NATS_URL: "{broker.url}" } },
    broker: { kind: "nats" },
    messages: { honest: { tool: "order", arguments: { text: "{canary}" } } },
    effects: { file: "effects.txt" },
    bounds: BOUNDS,
  });

export const redisJobs = (manner = "open", skip: readonly string[] = []): Profile =>
  profileOf({
    name: "redis-jobs",
    server: { command: [...NODE, join(SERVERS, "redis-jobs.ts"), manner], env: REDIS },
    broker: { kind: "redis" },
    messages: { honest: { tool: "add_job", arguments: { queue: "mail", data: { text: "{canary}" }, priority: 1 } } },
    tools: { skip, arguments: { get_jobs: { queue: "mail" } } },
    bounds: BOUNDS,
  });

/** What it says when its broker is gone, in one manner or another. */
export const outage = (manner: string): Profile =>
  profileOf({
    name: "outage",
    server: { command: [...NODE, join(SERVERS, "outage.ts")], env: { ...REDIS, MANNER: manner } },
    broker: { kind: "redis" },
    // Whoever calls knows the address too.
    messages: { honest: { tool: "order", arguments: { text: manner === "echoes" ? "{canary} for {broker.url}" : "{canary}" } } },
    bounds: manner === "tries" ? { ...BOUNDS, answersWithinMs: 2000 } : BOUNDS,
  });
