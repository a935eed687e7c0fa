// Transports on Redis Streams that end with their test, each with keys of its own.
import { onTestFinished } from "vitest";
import { type RedisStreamsClient, type RedisStreamsOptions, RedisStreamsTransport } from "../../src/adapters/redis-streams.ts";
import { redisClients } from "../redis-clients.ts";

let opened = 0;

/** `letter`: one for each file, since files may be tested by one process. */
export function redisStreamsHouse(url: string, letter: string) {
  const clients = redisClients(url);
  const freshPrefix = (): string => `${letter}${process.pid}-${++opened}`;
  const open = (client: RedisStreamsClient = clients.ioredis, options: RedisStreamsOptions = {}): RedisStreamsTransport => {
    const transport = new RedisStreamsTransport(client, { prefix: freshPrefix(), ...options });
    onTestFinished(() => transport.close());
    return transport;
  };
  return { ...clients, freshPrefix, open };
}
