// One round of one lane: some are published one after another, the rest together, then everything is consumed, and each
// message is counted.
import { randomBytes } from "node:crypto";
import { Consumer, Publisher } from "@sallyport/guard";
import { Redis as GuardRedis } from "@sallyport/guard/redis";
import { MemoryDeadLetters } from "@sallyport/guard/stores/memory-dead-letters";
import { MemoryLedger, MemoryLimits } from "@sallyport/guard/stores/memory-limits";
import { RedisClaims } from "@sallyport/guard/stores/redis-claims";
import { RedisLedger, RedisLimits } from "@sallyport/guard/stores/redis-limits";
import { Redis } from "ioredis";
import { caller, Handled, hmacKey, type Order, orderSchema, ordersAt, ordersOf, ringOf, TYPE } from "../event.ts";
import { ByHand } from "./by-hand.ts";
import { CONCURRENCY, GROUP, type Lane, type ToolkitLane } from "./lane.ts";

export interface Rate {
  readonly perSecond: number;
  /** Of this process, for one message: user and system time, which other processes hardly change. */
  readonly cpuUs: number;
  /** What was asked of Redis for one message, counted at the client: whatever load there is, it stays the same. */
  readonly redisCommands: number;
}

export interface Rates {
  /** One call after another, as an agent makes them. */
  readonly alone: Rate;
  readonly publish: Rate;
  readonly consume: Rate;
}

let destinations = 0;

export async function rawRound(lane: Lane, url: string, events: number): Promise<Rates> {
  const client = await lane.raw(url, nameOf("raw"));
  const handled = new Handled();
  const put = (order: Order): Promise<unknown> => client.publish(Buffer.from(JSON.stringify(order)));
  const { alone, publish } = await published(events, put);
  const consume = await rate(events, () =>
    client.consume(events, (bytes) => handled.take(orderSchema.parse(JSON.parse(Buffer.from(bytes).toString())))),
  );
  handled.expect(events);
  await client.close();
  return { alone, publish, consume };
}

/** The same claims as the guard's, in the same Redis; no limits and no ledger. */
export async function byHandRound(lane: Lane, url: string, store: Redis, events: number): Promise<Rates> {
  const destination = nameOf("by-hand");
  const client = await lane.raw(url, destination);
  const byHand = new ByHand(destination, randomBytes(32), store);
  const handled = new Handled();
  const { alone, publish } = await published(events, async (order) => client.publish(byHand.seal(order)));
  const handler = async (order: Order): Promise<void> => handled.take(order);
  const consume = await rate(events, () => client.consume(events, (bytes) => byHand.take(bytes, handler)));
  handled.expect(events);
  await client.close();
  return { alone, publish, consume };
}

export async function toolkitRound(toolkit: ToolkitLane, url: string, store: Redis, events: number): Promise<Rates> {
  const client = await toolkit(url, nameOf("toolkit"), store);
  const handled = new Handled();
  const { alone, publish } = await published(
    events,
    (order) => client.publish(order),
    () => client.published(),
  );
  const consume = await rate(events, () => client.consume(events, (order) => handled.take(order)));
  handled.expect(events);
  await client.close();
  return { alone, publish, consume };
}

/** Claims are in Redis; limits and calls there too, or in the publisher's own memory. */
export async function guardedRound(lane: Lane, url: string, store: Redis, events: number, calls: "redis" | "memory"): Promise<Rates> {
  const destination = nameOf("guarded");
  const client = await lane.guarded(url, destination);
  const redis = new GuardRedis(store, { prefix: destination });
  const shared = { contract: ordersAt(destination), transport: client.transport, keys: ringOf(hmacKey) };
  const inRedis = calls === "redis";
  const publisher = new Publisher({
    ...shared,
    limits: inRedis ? new RedisLimits(redis) : new MemoryLimits(),
    ledger: inRedis ? new RedisLedger(redis) : new MemoryLedger(),
  });
  const handled = new Handled();
  const { promise: acknowledged, resolve } = Promise.withResolvers<void>();
  let acknowledgements = 0;
  const consumer = () =>
    new Consumer({
      ...shared,
      group: GROUP,
      claims: new RedisClaims(redis),
      deadLetters: new MemoryDeadLetters(),
      handlers: { [TYPE]: async ({ data }) => handled.take(data) },
      observer: { at: (point) => void (point === "consume:acknowledged" && ++acknowledgements === events && resolve()) },
      policy: { concurrency: CONCURRENCY },
    });
  // So that the group is there before the first message.
  const first = consumer();
  await first.start();
  await first.drain(1000);
  const { alone, publish } = await published(events, (order) => publisher.publish(TYPE, order, caller));
  const second = consumer();
  const consume = await rate(events, async () => {
    await second.start();
    await acknowledged;
  });
  handled.expect(events);
  await second.drain(1000);
  await client.transport.close();
  await client.close();
  return { alone, publish, consume };
}

/** One in this many is alone. */
const ALONE = 20;

async function published(
  events: number,
  put: (order: Order) => Promise<unknown>,
  end: () => Promise<void> = async () => undefined,
): Promise<Omit<Rates, "consume">> {
  const few = Math.floor(events / ALONE);
  const all = ordersOf(events);
  const alone = await rate(few, () => together(all.slice(0, few), put, 1).then(end));
  return { alone, publish: await rate(events - few, () => together(all.slice(few), put, CONCURRENCY).then(end)) };
}

const nameOf = (kind: string): string => `bench-${kind}-${process.pid}-${++destinations}`;

/** So many calls wait at the same time. */
async function together(list: readonly Order[], call: (order: Order) => Promise<unknown>, most: number): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    for (let order = list[next++]; order !== undefined; order = list[next++]) await call(order);
  };
  await Promise.all(Array.from({ length: most }, one));
}

let redisCommands = 0;
// Of every client, those that lanes make for themselves too.
const sends = Object.getOwnPropertyDescriptor(Redis.prototype, "sendCommand") as { readonly value: Redis["sendCommand"] };
Redis.prototype.sendCommand = function (this: Redis, ...args) {
  redisCommands++;
  return sends.value.apply(this, args);
};

async function rate(events: number, run: () => Promise<void>): Promise<Rate> {
  const [startMs, commands, cpu] = [performance.now(), redisCommands, process.cpuUsage()];
  await run();
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: (events / (performance.now() - startMs)) * 1000,
    cpuUs: (user + system) / events,
    redisCommands: (redisCommands - commands) / events,
  };
}
